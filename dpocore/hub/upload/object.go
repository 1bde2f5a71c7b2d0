package upload

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"

	"example.com/gonb-dpo/dpocore/hub/protocol"
)

// lfsType is the media type of Git LFS's batch API (https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md).
const lfsType = "application/vnd.git-lfs+json"

// action is where and how to send an object, as the batch API answers.
type action struct {
	Href   string            `json:"href"`
	Header map[string]string `json:"header"`
}

// errStorage marks a refusal by the storage, which has expired addresses or received other content than the object's.
var errStorage = errors.New("the storage refuses the content")

// maxRefusals is how often the storage may refuse an object before it is given up.
const maxRefusals = 2

// sendObject sends the content of a large file, unless the hub has it.
func (p *push) sendObject(ctx context.Context, file *pending) error {
	for refused := 0; ; refused++ {
		upload, verify, err := p.askForUpload(ctx, file)
		if err != nil {
			return err
		}
		if upload == nil {
			p.meter.add(file.Size)
			return nil
		}
		before := p.done.Sent
		err = p.sendParts(ctx, file, upload)
		if err == nil && verify != nil {
			err = p.verify(ctx, file, verify)
		}
		if err == nil || !errors.Is(err, errStorage) || refused+1 == maxRefusals {
			return err
		}
		p.meter.add(before - p.done.Sent)
	}
}

// askForUpload asks where to send an object; upload is nil if the hub has it, verify if there is nothing to verify.
func (p *push) askForUpload(ctx context.Context, file *pending) (upload, verify *action, err error) {
	body := map[string]any{
		"operation": "upload", "transfers": []string{"basic", "multipart"}, "hash_algo": "sha256",
		"ref":     map[string]string{"name": "main"},
		"objects": []map[string]any{{"oid": file.sha256, "size": file.Size}},
	}
	var answer struct {
		Objects []struct {
			OID     string `json:"oid"`
			Actions struct {
				Upload *action `json:"upload"`
				Verify *action `json:"verify"`
			} `json:"actions"`
			Error *struct {
				Message string `json:"message"`
			} `json:"error"`
		} `json:"objects"`
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, nil, err
	}
	address := p.settings.Endpoint + p.repo.Page() + ".git/info/lfs/objects/batch"
	if err := p.callAgain(ctx, address, lfsType, raw, &answer); err != nil {
		return nil, nil, err
	}
	if len(answer.Objects) != 1 || answer.Objects[0].OID != file.sha256 {
		return nil, nil, fmt.Errorf("the hub does not say where to send it; is %s a hub?", p.settings.Endpoint)
	}
	object := answer.Objects[0]
	if object.Error != nil {
		return nil, nil, fmt.Errorf("the hub does not accept it: %s", p.settings.Hidden(object.Error.Message))
	}
	return object.Actions.Upload, object.Actions.Verify, nil
}

// sendParts sends an object: as a whole, or in parts of a size that the hub wants, each to a separate address.
func (p *push) sendParts(ctx context.Context, file *pending, to *action) error {
	content, err := os.Open(file.Path)
	if err != nil {
		return err
	}
	defer content.Close()
	chunk, inParts := to.Header["chunk_size"]
	if !inParts {
		_, err := p.sendPart(ctx, to.Href, to.Header, content, 0, file.Size)
		return err
	}
	size, err := strconv.ParseInt(chunk, 10, 64)
	if err != nil || size <= 0 {
		return fmt.Errorf("the hub wants parts of %q bytes; is %s a hub?", chunk, p.settings.Endpoint)
	}
	type part struct {
		Number int    `json:"partNumber"`
		ETag   string `json:"etag"`
	}
	complete := struct {
		OID   string `json:"oid"`
		Parts []part `json:"parts"`
	}{OID: file.sha256}
	addresses := partAddresses(to.Header)
	for at, number := int64(0), 1; at < file.Size; at, number = at+size, number+1 {
		address, ok := addresses[number]
		if !ok {
			return fmt.Errorf("the hub has no address for part %d; is %s a hub?", number, p.settings.Endpoint)
		}
		etag, err := p.sendPart(ctx, address, nil, content, at, min(size, file.Size-at))
		if err != nil {
			return err
		}
		complete.Parts = append(complete.Parts, part{number, etag})
	}
	raw, err := json.Marshal(complete)
	if err != nil {
		return err
	}
	return asStorage(p.callAgain(ctx, to.Href, lfsType, raw, nil))
}

// partAddresses are the fields of a header whose names are numbers.
func partAddresses(header map[string]string) map[int]string {
	addresses := map[int]string{}
	for key, address := range header {
		if number, err := strconv.Atoi(key); err == nil {
			addresses[number] = address
		}
	}
	return addresses
}

// verify has the hub check that an object has arrived.
func (p *push) verify(ctx context.Context, file *pending, at *action) error {
	raw, err := json.Marshal(map[string]any{"oid": file.sha256, "size": file.Size})
	if err != nil {
		return err
	}
	return asStorage(p.callAgain(ctx, at.Href, "application/json", raw, nil))
}

// asStorage marks a refusal, other than of the token, as one by the storage.
func asStorage(err error) error {
	if errors.Is(err, errRefused) {
		return fmt.Errorf("%w: %w", errStorage, err)
	}
	return err
}

// sendPart sends a part of a file in as many attempts as it takes, and returns its ETag.
func (p *push) sendPart(ctx context.Context, address string, header map[string]string, file io.ReaderAt, at, size int64) (etag string, err error) {
	etag, err = protocol.Again(ctx, func() (string, error) {
		body := &body{section: io.NewSectionReader(file, at, size), meter: &p.meter}
		etag, err := p.put(ctx, address, header, body, size)
		body.end(err == nil)
		return etag, err
	})
	if err == nil {
		p.done.Sent += size
	}
	return etag, err
}

func (p *push) put(ctx context.Context, address string, header map[string]string, content *body, size int64) (etag string, err error) {
	ctx, alive, stop := protocol.Watch(ctx)
	defer stop()
	content.alive = alive
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, address, io.NopCloser(content))
	if err != nil {
		return "", fmt.Errorf("the hub names an address that is not a URL: %w", protocol.Bare(err))
	}
	request.ContentLength = size
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := uploader.Do(request)
	if err != nil {
		if context.Cause(ctx) == protocol.ErrStalled {
			return "", fmt.Errorf("the connection took %w in %s: %w", protocol.ErrStalled, protocol.StallTimeout, protocol.ErrTransient)
		}
		return "", fmt.Errorf("%w: %w", protocol.ErrUnreachable, protocol.Bare(err))
	}
	defer response.Body.Close()
	if response.StatusCode/100 == 2 {
		return response.Header.Get("ETag"), nil
	}
	if err := protocol.Transient(response); err != nil {
		return "", err
	}
	return "", fmt.Errorf("%w (%s)", errStorage, response.Status)
}

// body is a part of a file on its way. The transport may read from it after the server has answered.
type body struct {
	section *io.SectionReader
	meter   *meter
	alive   func() // called after each read

	mutex sync.Mutex
	count int64
	over  bool
}

func (b *body) Read(buffer []byte) (n int, err error) {
	n, err = b.section.Read(buffer)
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if !b.over {
		b.count += int64(n)
		b.alive()
		b.meter.add(int64(n))
	}
	return n, err
}

// end stops counting; what a failed attempt has sent does not count.
func (b *body) end(arrived bool) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.over = true
	if !arrived {
		b.meter.add(-b.count)
	}
}
