package share

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"example.com/gonb-dpo/dpocore/card"
	"example.com/gonb-dpo/dpocore/hub"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/internal/sums"
)

// Fetch downloads an adapter on the hub into the cache, unless it is there, and returns its folder.
func Fetch(ctx context.Context, repo hub.Repo, progress hub.Progress) (folder string, err error) {
	folder, _, _, err = fetch(ctx, repo, progress)
	return folder, err
}

// Pulled is a downloaded adapter.
type Pulled struct {
	Commit string
	Files  []string // that were written; none if the folder had them all
}

// Pull downloads an adapter on the hub into a folder. Files that the folder has with another content are an error; an interrupted
// Pull is completed by the next.
func Pull(ctx context.Context, repo hub.Repo, out string, progress hub.Progress) (Pulled, error) {
	folder, names, commit, err := fetch(ctx, repo, progress)
	if err != nil {
		return Pulled{}, err
	}
	done := Pulled{Commit: commit}
	missing, err := compare(folder, out, names)
	if err != nil {
		return done, err
	}
	for _, name := range missing {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		content, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
		if err != nil {
			return done, err
		}
		to := filepath.Join(out, filepath.FromSlash(name))
		if err := disk.MkdirAll(filepath.Dir(to)); err != nil {
			return done, err
		}
		if err := atomicfile.WriteBytes(to, content); err != nil {
			return done, err
		}
		done.Files = append(done.Files, name)
	}
	if len(missing) == 0 && sums.Has(out) {
		return done, nil
	}
	return done, sums.Write(out, names...)
}

// fetch is Fetch. names are the files of the adapter, of which adapter_config.json is last: a folder without it is none.
func fetch(ctx context.Context, repo hub.Repo, progress hub.Progress) (folder string, names []string, commit string, err error) {
	snapshot, err := hub.Open(ctx, repo)
	if err != nil {
		return "", nil, "", err
	}
	available, err := snapshot.Files()
	if err != nil {
		return "", nil, "", err
	}
	for _, name := range available {
		picture, _ := path.Match(plots, name)
		if picture || name == card.File || slices.Contains(requiredFiles, name) || slices.Contains(tokenizerFiles, name) {
			names = append(names, name)
		}
	}
	if err := checkAdapter(repo, available); err != nil {
		return "", nil, "", err
	}
	slices.SortStableFunc(names, func(a, b string) int {
		return map[bool]int{true: 1}[a == requiredFiles[0]] - map[bool]int{true: 1}[b == requiredFiles[0]]
	})
	folder, err = snapshot.Fetch(ctx, names, progress)
	return folder, names, snapshot.Commit, err
}

// checkAdapter returns an error if a repository with these files has no adapter.
func checkAdapter(repo hub.Repo, available []string) error {
	has := func(name string) bool { return slices.Contains(available, name) }
	switch {
	case has(requiredFiles[0]) && has(requiredFiles[1]):
		return nil
	case has("config.json"):
		return fmt.Errorf("%s is a model, not an adapter; use it as --model %s, which downloads it", repo, repo)
	case has(requiredFiles[0]):
		return fmt.Errorf("the adapter %s has no %s; ask its owner to save it in that format, PEFT's default", repo, requiredFiles[1])
	}
	return fmt.Errorf("%s has no adapter: neither %s nor %s is in it; check the name", repo, requiredFiles[0], requiredFiles[1])
}

// compare returns the files that the folder out lacks. Files with another content than in folder are an error.
func compare(folder, out string, names []string) (missing []string, err error) {
	for _, name := range names {
		there, err := sums.Of(filepath.Join(out, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, name)
			continue
		}
		if err != nil {
			return nil, err
		}
		want, err := sums.Of(filepath.Join(folder, filepath.FromSlash(name)))
		if err != nil {
			return nil, err
		}
		if there != want {
			return nil, fmt.Errorf("%s has another %s than the hub, and nothing was changed in it; name another folder with --out", out, name)
		}
	}
	return missing, nil
}
