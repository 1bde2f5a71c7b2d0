package hub

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"example.com/gonb-dpo/dpocore/hub/protocol"
	"example.com/gonb-dpo/internal/disk"
)

// Progress is called with the number of bytes of a file on disk: often, and from one goroutine at a time.
type Progress func(file string, done, total int64)

// Snapshot is a repository at one commit.
type Snapshot struct {
	Repo   Repo
	Commit string

	settings protocol.Settings
	cache    cache
	listing  map[string]protocol.Entry // nil if the hub was not asked
	offline  error                     // why not
}

// Fetch downloads files of a repository to the cache, unless they are there and intact. It returns the folder that contains
// them under their names. progress may be nil.
func Fetch(ctx context.Context, repo Repo, files []string, progress Progress) (folder string, err error) {
	snapshot, err := Open(ctx, repo)
	if err != nil {
		return "", err
	}
	return snapshot.Fetch(ctx, files, progress)
}

// Open asks the hub which commit a revision is and which files it has. If the hub can't be reached, or the user works
// offline, it uses the cache; it is an error if the repository is not in the cache.
func Open(ctx context.Context, repo Repo) (*Snapshot, error) {
	if _, ok := Parse(repo.Kind, repo.String()); !ok {
		return nil, fmt.Errorf("%q is not a name on the hub; write owner/name or owner/name@revision", repo)
	}
	settings := protocol.ReadSettings()
	s := &Snapshot{Repo: repo, settings: settings, cache: cache{settings.Cache, repo}}
	if settings.Offline {
		return s.fromCache(errors.New("HF_HUB_OFFLINE is set, so the hub is not asked"))
	}
	list, err := settings.List(ctx, repo)
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("fetch %s: %w", repo, ctx.Err())
	case errors.Is(err, protocol.ErrUnreachable) || errors.Is(err, protocol.ErrTransient):
		return s.fromCache(fmt.Errorf("%w (%s)", err, settings.Endpoint))
	case err != nil:
		return nil, fmt.Errorf("fetch %s: %w", repo, err)
	}
	s.Commit, s.listing = list.Commit, list.Files
	return s, nil
}

// fromCache uses the commit that is in the cache.
func (s *Snapshot) fromCache(offline error) (*Snapshot, error) {
	s.offline = offline
	var ok bool
	if s.Commit, ok = s.cache.commit(); !ok {
		return nil, s.missing("it is not in the cache " + s.settings.Cache)
	}
	return s, nil
}

// missing is the error of something that only the hub has.
func (s *Snapshot) missing(what string) error {
	return fmt.Errorf("fetch %s: %w, and %s; fetch it where the hub can be reached (`hf download %s%s --local-dir FOLDER`) and name the folder here",
		s.Repo, s.offline, what, s.Repo.ID, map[Kind]string{Dataset: " --repo-type dataset"}[s.Repo.Kind])
}

// Files lists the repository's files in alphabetical order; if the hub was not asked, those in the cache.
func (s *Snapshot) Files() ([]string, error) {
	if s.listing != nil {
		return slices.Sorted(maps.Keys(s.listing)), nil
	}
	names, err := s.cache.files(s.Commit)
	if err != nil {
		return nil, fmt.Errorf("list the files of %s: %w", s.Repo, err)
	}
	slices.Sort(names)
	return names, nil
}

// Fetch is [Fetch] for one commit.
func (s *Snapshot) Fetch(ctx context.Context, files []string, progress Progress) (folder string, err error) {
	for _, name := range files {
		if err := s.fetch(ctx, name, progress); err != nil {
			return "", err
		}
	}
	if s.listing != nil {
		if err := s.cache.remember(s.Commit); err != nil {
			return "", fmt.Errorf("fetch %s: %w", s.Repo, err)
		}
	}
	return s.cache.snapshot(s.Commit), nil
}

func (s *Snapshot) fetch(ctx context.Context, name string, progress Progress) error {
	e, listed := s.listing[name]
	switch {
	case s.listing != nil && !listed:
		return fmt.Errorf("fetch %s: the %s has no file %q; its files are listed on %s%s/tree/%s",
			s.Repo, s.Repo.Noun(), name, s.settings.Endpoint, s.Repo.Page(), s.Repo.Ref())
	case e.Unsafe || !filepath.IsLocal(name):
		return fmt.Errorf("fetch %s: the file name %q points outside the folder", s.Repo, name)
	}
	cached, err := s.have(name)
	switch {
	case err != nil || cached:
		return err
	case s.listing == nil:
		return s.missing(fmt.Sprintf("%s is not in the cache %s", name, s.settings.Cache))
	case !protocol.IsHash.MatchString(e.Hash):
		return fmt.Errorf("fetch %s: the hub announces no hash of %s, so it can't be verified; is %s a hub?", s.Repo, name, s.settings.Endpoint)
	}
	if err := s.download(ctx, name, e, progress); err != nil {
		return fmt.Errorf("fetch %s of %s: %w", name, s.Repo, err)
	}
	return nil
}

// download downloads a file, unless its content is cached under another name, and links the name to the content.
func (s *Snapshot) download(ctx context.Context, name string, e protocol.Entry, progress Progress) error {
	unlock, err := s.cache.lock(ctx, e.Hash)
	if err != nil {
		return err
	}
	defer unlock()
	blob := s.cache.blob(e.Hash)
	cached, err := intact(blob)
	if err != nil {
		return err
	}
	if !cached {
		if err := disk.MkdirAll(filepath.Dir(blob)); err != nil {
			return err
		}
		d := &download{settings: s.settings, repo: s.Repo, address: s.Repo.File(s.Commit, name), name: name, entry: e, progress: progress}
		if err := d.run(ctx, blob+".incomplete"); err != nil {
			return err
		}
		if err := disk.Rename(blob+".incomplete", blob); err != nil {
			return err
		}
	}
	return s.cache.link(s.Commit, name, e.Hash)
}
