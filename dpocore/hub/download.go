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
	"time"

	"example.com/gonb-dpo/internal/disk"
)

// pause is the wait before the second attempt; it doubles with each that follows. stall is how long a download may give
// no byte.
var (
	pause = time.Second
	stall = time.Minute
)

// maxFailures is the number of attempts in a row that may bring a download no further, maxSpoiled the number of those
// that may end with another content: an earlier program's part can be at fault once, then it is the server.
const (
	maxFailures = 5
	maxSpoiled  = 2
)

// download is a file on its way: the part of it that is on disk, and the hash of that part.
type download struct {
	settings settings
	repo     Repo
	address  string
	name     string
	entry    entry
	file     *disk.File
	have     int64
	hash     hash.Hash
	progress Progress
}

// errContent is the fault of a file that is not what the hub announced.
var errContent = errors.New("another content than the hub announced")

// run brings the file whole and checked into the part at path.
func (d *download) run(ctx context.Context, path string) error {
	var err error
	if d.file, err = disk.Open(path, os.O_RDWR|os.O_CREATE); err != nil {
		return err
	}
	defer d.file.Close()
	if err := d.readPart(); err != nil {
		return err
	}
	farthest, failures, spoiled := d.have, 0, 0
	for d.have < d.entry.size || !d.matches() {
		err := d.attempt(ctx)
		if errors.Is(err, errContent) {
			spoiled++
		}
		switch {
		case err == nil:
			continue
		case ctx.Err() != nil:
			return ctx.Err()
		case spoiled == maxSpoiled || !errors.Is(err, errPassing) && !errors.Is(err, errUnreachable) && !errors.Is(err, errContent):
			return err
		}
		if d.have > farthest {
			farthest, failures = d.have, 0
		}
		if failures++; failures == maxFailures {
			return err
		}
		if err := sleep(ctx, min(pause<<(failures-1), 30*time.Second)); err != nil {
			return err
		}
	}
	return d.file.Sync()
}

// readPart takes over what an earlier download left.
func (d *download) readPart() error {
	if err := d.restart(); err != nil {
		return err
	}
	stat, err := d.file.Stat()
	if err != nil {
		return err
	}
	if stat.Size() > d.entry.size {
		return d.clear()
	}
	d.have, err = io.Copy(d.hash, d.file)
	return err
}

func (d *download) restart() error {
	d.have, d.hash = 0, d.entry.hasher()
	_, err := d.file.Seek(0, io.SeekStart)
	return err
}

// clear throws away what is on disk.
func (d *download) clear() error {
	return errors.Join(d.file.Truncate(0), d.restart())
}

func (d *download) matches() bool { return hex.EncodeToString(d.hash.Sum(nil)) == d.entry.hash }

// attempt asks for what is missing. What it brings stays, even where it ends with an error, unless the content is
// another than announced.
func (d *download) attempt(ctx context.Context) error {
	if d.have == d.entry.size { // whole, but not right
		return errors.Join(fmt.Errorf("%s has %w (its hash is not %s)", d.name, errContent, d.entry.hash), d.clear())
	}
	ctx, alive, stop := watch(ctx)
	defer stop()
	response, err := d.settings.get(ctx, d.repo, d.address, d.have)
	if err != nil {
		return d.stalled(ctx, err)
	}
	defer response.Body.Close()
	if !d.continues(response) {
		if err := d.clear(); err != nil {
			return err
		}
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s has %w (it ends before byte %d)", d.name, errContent, d.entry.size)
		}
	}
	d.report()
	return d.stalled(ctx, d.copy(response.Body, alive))
}

// continues reports whether an answer goes on where the part on disk ends.
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
		if d.have+int64(n) > d.entry.size {
			return errors.Join(fmt.Errorf("%s has %w (it is longer than %d bytes)", d.name, errContent, d.entry.size), d.clear())
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
		case err == io.EOF && d.have < d.entry.size:
			return fmt.Errorf("%s ended after %d of %d bytes: %w", d.name, d.have, d.entry.size, errPassing)
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("%s broke off after %d of %d bytes (%w): %w", d.name, d.have, d.entry.size, err, errPassing)
		}
	}
}

func (d *download) report() {
	if d.progress != nil {
		d.progress(d.name, d.have, d.entry.size)
	}
}

// errStalled is why a download without life was given up.
var errStalled = errors.New("no byte came")

func (d *download) stalled(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), errStalled) {
		return fmt.Errorf("%s: %w in %s: %w", d.name, errStalled, stall, errPassing)
	}
	return err
}

// watch cancels a context once alive has not been called for as long as stall.
func watch(parent context.Context) (ctx context.Context, alive, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	timer := time.AfterFunc(stall, func() { cancel(errStalled) })
	return ctx, func() { timer.Reset(stall) }, func() { timer.Stop(); cancel(nil) }
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
