package hub

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/dpocore/hub/protocol"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/internal/lock"
)

// cache is a repository's folder in the cache of Hugging Face's tools: blobs has contents under their hashes, snapshots a
// folder of links for each commit, and refs the commits of branches and tags.
type cache struct {
	root string // of all repositories
	repo Repo
}

func (c cache) dir() string                   { return filepath.Join(c.root, c.repo.Folder()) }
func (c cache) blob(hash string) string       { return filepath.Join(c.dir(), "blobs", hash) }
func (c cache) snapshot(commit string) string { return filepath.Join(c.dir(), "snapshots", commit) }
func (c cache) ref() string {
	return filepath.Join(c.dir(), "refs", filepath.FromSlash(c.repo.Ref()))
}

// has reports whether a file of a commit is in the cache.
func (c cache) has(commit, name string) bool {
	_, err := os.Stat(filepath.Join(c.snapshot(commit), filepath.FromSlash(name)))
	return err == nil
}

// commit returns the commit of the revision when the hub was last asked; ok is false if it is not in the cache.
func (c cache) commit() (commit string, ok bool) {
	commit = c.repo.Ref()
	if !protocol.IsCommit.MatchString(commit) {
		content, err := os.ReadFile(c.ref())
		if err != nil {
			return "", false
		}
		commit = strings.TrimSpace(string(content))
	}
	_, err := os.Stat(c.snapshot(commit))
	return commit, err == nil && protocol.IsCommit.MatchString(commit)
}

// remember writes down which commit the revision is.
func (c cache) remember(commit string) error {
	if c.repo.Ref() == commit {
		return nil
	}
	if old, err := os.ReadFile(c.ref()); err == nil && string(old) == commit {
		return nil
	}
	return atomicfile.WriteBytes(c.ref(), []byte(commit))
}

// files lists the cached files of a commit.
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

// link gives a content its name in a commit, as a relative link like those of Hugging Face's tools.
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

// lock waits until no other program downloads the content. Hugging Face's tools lock the same file.
func (c cache) lock(ctx context.Context, hash string) (unlock func(), err error) {
	path := filepath.Join(c.root, ".locks", c.repo.Folder(), hash+".lock")
	if err := disk.MkdirAll(filepath.Dir(path)); err != nil {
		return nil, err
	}
	held, err := lock.Wait(ctx, path)
	if err != nil {
		return nil, err
	}
	return held.Release, nil
}
