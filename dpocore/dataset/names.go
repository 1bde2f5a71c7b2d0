package dataset

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/source"
)

// isPublished reports whether a name is that of a dataset on the hub, whose test split is never trained on.
func isPublished(name string) bool {
	_, ok := hubSet(name)
	return ok || source.Is(name)
}

// hubSet parses the name of a dataset on the hub, unless there is such a file or folder here.
func hubSet(name string) (source.HubSet, bool) {
	if _, err := os.Stat(name); err == nil {
		return source.HubSet{}, false
	}
	return source.ParseHub(name)
}

// shortened is the first part of a long test split, with a note.
func shortened(heldOut *preference.Set) *preference.Set {
	if heldOut != nil && len(heldOut.Pairs) > maxSourceHeldOut {
		heldOut.Notes = append(heldOut.Notes, fmt.Sprintf("the first %d of %d held-out pairs are evaluated", maxSourceHeldOut, len(heldOut.Pairs)))
		heldOut.Pairs, heldOut.Skipped = heldOut.Pairs[:maxSourceHeldOut], nil
	}
	return heldOut
}

var (
	address    = regexp.MustCompile(`^\w+://`)
	hubAddress = regexp.MustCompile(`^(?:https://(?:huggingface\.co|hf\.co)|hf:/)/datasets/([\w.-]+/[\w.-]+)`)
)

// matches returns the files that a pattern such as data/*.jsonl matches, in alphabetical order; ok is false if name is no pattern, or is
// itself a file. An address on the web is an error.
func matches(name string) (files []string, ok bool, err error) {
	if page := hubAddress.FindStringSubmatch(name); page != nil {
		return nil, false, fmt.Errorf("%s is an address; to read that dataset of the hub, write its name: %s", name, page[1])
	}
	if address.MatchString(name) {
		return nil, false, fmt.Errorf("%s is an address, and pairs are read from files; download it first, as with curl -LO, and name the file", name)
	}
	if _, err := os.Stat(name); err == nil || !strings.ContainsAny(name, "*?[") {
		return nil, false, nil
	}
	files, err = filepath.Glob(name)
	switch {
	case err != nil:
		return nil, false, fmt.Errorf("%s is no pattern of file names: %w", name, err)
	case len(files) == 0:
		return nil, false, errors.New(name + ": no file matches this pattern; check its folder")
	}
	return files, true, nil
}

// areFiles reports whether all of several paths are files.
func areFiles(paths []string) bool {
	return len(paths) > 1 && !slices.ContainsFunc(paths, func(path string) bool {
		info, err := os.Stat(path)
		return err != nil || !info.Mode().IsRegular()
	})
}
