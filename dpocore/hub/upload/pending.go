package upload

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"sync"

	"example.com/gonb-dpo/dpocore/hub/protocol"
)

// pending is a file that may have to be sent.
type pending struct {
	File
	sha256, sha1 string // "" before sum; sha1 is git's
	large        bool   // the hub keeps the content as an object of Git LFS
}

// hash is the hash by which the hub knows the file: the SHA-256 of a large one, otherwise git's.
func (f *pending) hash(large bool) string {
	if large {
		return f.sha256
	}
	return f.sha1
}

// sum computes the hashes, once.
func (f *pending) sum(ctx context.Context, count func(n int64)) error {
	if f.sha256 != "" {
		count(f.Size)
		return nil
	}
	file, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	large, small := protocol.Entry{Large: true}.Hasher(), protocol.Entry{Size: f.Size}.Hasher()
	buffer := make([]byte, 1<<20)
	for read := int64(0); ; {
		n, err := file.Read(buffer)
		large.Write(buffer[:n])
		small.Write(buffer[:n])
		read += int64(n)
		count(int64(n))
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == io.EOF && read == f.Size:
			f.sha256, f.sha1 = hex.EncodeToString(large.Sum(nil)), hex.EncodeToString(small.Sum(nil))
			return nil
		case err == io.EOF:
			return f.changed()
		case err != nil:
			return fmt.Errorf("read %s: %w", f.Path, err)
		}
	}
}

// content reads a small file, which must be as it was when its hashes were computed.
func (f *pending) content() ([]byte, error) {
	content, err := os.ReadFile(f.Path)
	if err != nil {
		return nil, err
	}
	again := protocol.Entry{Size: f.Size}.Hasher()
	if _, err := io.Copy(again, bytes.NewReader(content)); err != nil {
		return nil, err
	}
	if hex.EncodeToString(again.Sum(nil)) != f.sha1 {
		return nil, f.changed()
	}
	return content, nil
}

func (f *pending) changed() error {
	return fmt.Errorf("%s changed while it was read; try again once nothing writes to it", f.Path)
}

// sample is the beginning of the file, by which the hub decides how to keep it.
func (f *pending) sample() ([]byte, error) {
	file, err := os.Open(f.Path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, 512))
}

// meter counts the bytes of a stage.
type meter struct {
	report func(stage string, done, total int64)

	mutex       sync.Mutex
	stage       string
	done, total int64
}

func (m *meter) begin(stage string, files []*pending) {
	m.mutex.Lock()
	m.stage, m.done, m.total = stage, 0, 0
	for _, file := range files {
		m.total += file.Size
	}
	m.mutex.Unlock()
	m.add(0)
}

func (m *meter) add(n int64) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.done += n
	if m.report != nil {
		m.report(m.stage, m.done, m.total)
	}
}
