package hub

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/cenkalti/backoff/v5"

	"example.com/gonb-dpo/dpocore/hub/protocol"
	"example.com/gonb-dpo/internal/disk"
)

// A download is given up after protocol.MaxFailures attempts in a row without progress, or after maxCorrupt attempts that end
// with other content than the hub announced: the first can be the fault of a partial file left by an earlier program, the second
// is the server's.
const maxCorrupt = 2

// download is a file being downloaded: the part that is on disk, and the hash of that part.
type download struct {
	settings protocol.Settings
	repo     Repo
	address  string
	name     string
	entry    protocol.Entry
	file     *disk.File
	have     int64
	hash     hash.Hash
	progress Progress
}

// errContent marks a file whose content is not what the hub announced.
var errContent = errors.New("other content than the hub announced")

// run downloads the file to path, which may have a part of it already, and verifies it.
func (d *download) run(ctx context.Context, path string) error {
	var err error
	if d.file, err = disk.Open(path, os.O_RDWR|os.O_CREATE); err != nil {
		return err
	}
	defer d.file.Close()
	if err := d.readPart(); err != nil {
		return err
	}
	if err := d.complete(ctx); err != nil {
		return err
	}
	return d.file.Sync()
}

// complete downloads what is missing, in as many attempts as make progress.
func (d *download) complete(ctx context.Context) error {
	delays := protocol.NewDelays()
	farthest, failures, corrupt := d.have, 0, 0
	attempt := func() (struct{}, error) {
		for d.have < d.entry.Size || !d.matches() {
			err := d.attempt(ctx)
			if err == nil {
				continue
			}
			if errors.Is(err, errContent) {
				corrupt++
			}
			if d.have > farthest {
				farthest, failures = d.have, 0
				delays.Reset()
			}
			failures++
			if failures == protocol.MaxFailures || corrupt == maxCorrupt || !retryable(err) {
				return struct{}{}, backoff.Permanent(err)
			}
			return struct{}{}, err
		}
		return struct{}{}, nil
	}
	_, err := backoff.Retry(ctx, attempt, backoff.WithBackOff(delays), backoff.WithMaxElapsedTime(0))
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func retryable(err error) bool {
	return protocol.Retryable(err) || errors.Is(err, errContent)
}

// readPart hashes what an earlier download left.
func (d *download) readPart() error {
	if err := d.restart(); err != nil {
		return err
	}
	stat, err := d.file.Stat()
	if err != nil {
		return err
	}
	if stat.Size() > d.entry.Size {
		return d.clear()
	}
	d.have, err = io.Copy(d.hash, d.file)
	return err
}

func (d *download) restart() error {
	d.have, d.hash = 0, d.entry.Hasher()
	_, err := d.file.Seek(0, io.SeekStart)
	return err
}

// clear discards what is on disk.
func (d *download) clear() error {
	return errors.Join(d.file.Truncate(0), d.restart())
}

func (d *download) matches() bool { return hex.EncodeToString(d.hash.Sum(nil)) == d.entry.Hash }

// attempt requests what is missing. What it receives stays on disk even if it ends with an error, unless the content is not
// what was announced.
func (d *download) attempt(ctx context.Context) error {
	if d.have == d.entry.Size { // complete, but corrupt
		return errors.Join(fmt.Errorf("%s has %w (its hash is not %s)", d.name, errContent, d.entry.Hash), d.clear())
	}
	ctx, alive, stop := protocol.Watch(ctx)
	defer stop()
	response, err := d.settings.Get(ctx, d.repo, d.address, d.have)
	if err != nil {
		return d.stalled(ctx, err)
	}
	defer response.Body.Close()
	if !d.continues(response) {
		if err := d.clear(); err != nil {
			return err
		}
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s has %w (it ends before byte %d)", d.name, errContent, d.entry.Size)
		}
	}
	d.report()
	return d.stalled(ctx, d.copy(response.Body, alive))
}

// continues reports whether a response starts where the part on disk ends.
func (d *download) continues(response *http.Response) bool {
	if d.have == 0 {
		return response.StatusCode == http.StatusOK
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(response.Header.Get("Content-Range"), "bytes "), "-")
	return response.StatusCode == http.StatusPartialContent && first == strconv.FormatInt(d.have, 10)
}

func (d *download) copy(body io.Reader, alive func()) error {
	buffer := make([]byte, 1<<20)
	for {
		n, err := body.Read(buffer)
		alive()
		if d.have+int64(n) > d.entry.Size {
			return errors.Join(fmt.Errorf("%s has %w (it is longer than %d bytes)", d.name, errContent, d.entry.Size), d.clear())
		}
		if _, err := d.file.Write(buffer[:n]); err != nil {
			return err
		}
		d.hash.Write(buffer[:n])
		d.have += int64(n)
		if n > 0 {
			d.report()
		}
		switch {
		case err == io.EOF && d.have < d.entry.Size:
			return fmt.Errorf("%s ended after %d of %d bytes: %w", d.name, d.have, d.entry.Size, protocol.ErrTransient)
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("%s broke off after %d of %d bytes (%w): %w", d.name, d.have, d.entry.Size, err, protocol.ErrTransient)
		}
	}
}

func (d *download) report() {
	if d.progress != nil {
		d.progress(d.name, d.have, d.entry.Size)
	}
}

func (d *download) stalled(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), protocol.ErrStalled) {
		return fmt.Errorf("%s: %w in %s: %w", d.name, protocol.ErrStalled, protocol.StallTimeout, protocol.ErrTransient)
	}
	return err
}
