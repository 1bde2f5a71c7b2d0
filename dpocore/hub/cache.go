package hub

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/disk"
)

// cache is a repository's folder in the cache of Hugging Face's tools: blobs holds contents under their hashes,
// snapshots a folder of links for each commit, refs the commits of branches and tags.
type cache struct {
	root string // of all repositories
	repo Repo
}

func (c cache) dir() string                   { return filepath.Join(c.root, c.repo.folder()) }
func (c cache) blob(hash string) string       { return filepath.Join(c.dir(), "blobs", hash) }
func (c cache) snapshot(commit string) string { return filepath.Join(c.dir(), "snapshots", commit) }
func (c cache) ref() string {
	return filepath.Join(c.dir(), "refs", filepath.FromSlash(c.repo.revision()))
}

// has reports whether a file of a commit is there.
func (c cache) has(commit, name string) bool {
	_, err := os.Stat(filepath.Join(c.snapshot(commit), filepath.FromSlash(name)))
	return err == nil
}

// commit returns the commit that the revision was when it was last asked for; ok is false where the cache knows none.
func (c cache) commit() (commit string, ok bool) {
	commit = c.repo.revision()
	if !isCommit.MatchString(commit) {
		content, err := os.ReadFile(c.ref())
		if err != nil {
			return "", false
		}
		commit = strings.TrimSpace(string(content))
	}
	_, err := os.Stat(c.snapshot(commit))
	return commit, err == nil && isCommit.MatchString(commit)
}

// remember notes which commit the revision is.
func (c cache) remember(commit string) error {
	if c.repo.revision() == commit {
		return nil
	}
	if old, err := os.ReadFile(c.ref()); err == nil && string(old) == commit {
		return nil
	}
	return atomicfile.WriteBytes(c.ref(), []byte(commit))
}

// files lists a commit's files that are there.
func (c cache) files(commit string) (names []string, err error) {
	root := c.snapshot(commit)
	err = filepath.WalkDir(root, func(path string, item fs.DirEntry, err error) error {
		if err != nil || item.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err == nil && c.has(commit, name) {
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	return names, err
}

// link gives a content its name in a commit, by a relative link as Hugging Face's tools make it.
func (c cache) link(commit, name, hash string) error {
	path := filepath.Join(c.snapshot(commit), filepath.FromSlash(name))
	if err := disk.MkdirAll(filepath.Dir(path)); err != nil {
		return err
	}
	target, err := filepath.Rel(filepath.Dir(path), c.blob(hash))
	if err != nil {
		return err
	}
	if err := disk.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := disk.Symlink(target, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// lock waits until no other program fetches the content; Hugging Face's tools lock the same file.
func (c cache) lock(ctx context.Context, hash string) (unlock func(), err error) {
	path := filepath.Join(c.root, ".locks", c.repo.folder(), hash+".lock")
	if err := disk.MkdirAll(filepath.Dir(path)); err != nil {
		return nil, err
	}
	file, err := disk.Open(path, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { file.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			file.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if err := sleep(ctx, 200*time.Millisecond); err != nil {
			file.Close()
			return nil, err
		}
	}
}
