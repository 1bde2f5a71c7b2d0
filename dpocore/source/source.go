// Package source reads published preference datasets by name.
//
// Start with [Load]. It downloads a dataset's files from the Hugging Face hub at a
// pinned revision and reads them in their published format; "name:PATH" reads a local
// folder or file of that format. [Names] lists the names. Some have settings after the
// name:
// "shp/askculinary,ratio=3,pairs=1", or
// "ultrafeedback/original,pairs=best-worst:PATH".
package source

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/hub"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/suggest"
	"example.com/gonb-dpo/internal/wording"
)

// set is a source: its repository, files and format.
type set struct {
	repo        hub.Repo
	train, test []string // names of files
	read        func(into *preference.Set, path string, o Options) error
	description string
}

// Load reads a source's training pairs, and the pairs of its test split as heldOut, which
// is nil if it has none. progress may be nil.
func Load(ctx context.Context, text string, o Options, progress hub.Progress) (train, heldOut *preference.Set, err error) {
	name, options, path, local := split(text)
	s, ok := find(name)
	if !ok {
		return nil, nil, unknown(name)
	}
	if o, err = o.with(strings.ToLower(name), options); err == nil {
		err = o.validate()
	}
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("read %s: %w", text, err)
	case local:
		return s.local(name, path, o)
	}
	folder, err := hub.Fetch(ctx, s.repo, slices.Concat(s.train, s.test), progress)
	if err != nil {
		return nil, nil, fmt.Errorf("%w; use revision %s, and then name the pairs \"%s:FOLDER\"", err, s.repo.Revision, name)
	}
	return s.folder(text, folder, s.repo.ID, o)
}

// local reads a folder with the published files, or one file of their format.
func (s *set) local(name, path string, o Options) (train, heldOut *preference.Set, err error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("%s: there is no file or folder %q; give %s:PATH with the files of %s, or one file of their format", name, path, name, s.repo.ID)
	case info.IsDir():
		return s.folder(name, path, path, o)
	}
	train, err = s.files(path, filepath.Dir(path), filepath.Dir(path), []string{filepath.Base(path)}, o)
	return train, nil, err
}

// folder reads the published files from a folder, which errors and pairs call shown.
func (s *set) folder(name, folder, shown string, o Options) (train, heldOut *preference.Set, err error) {
	if train, err = s.files(name, folder, shown, s.train, o); err != nil || len(s.test) == 0 {
		return train, nil, err
	}
	heldOut, err = s.files(name, folder, shown, s.test, o)
	return train, heldOut, err
}

// files reads several files into one set.
func (s *set) files(name, folder, shown string, files []string, o Options) (*preference.Set, error) {
	into := &preference.Set{Source: name, Columns: preference.Columns{Prompt: "prompt", Chosen: "chosen", Rejected: "rejected"}}
	for _, file := range files {
		start := len(into.Pairs)
		if err := s.read(into, filepath.Join(folder, filepath.FromSlash(file)), o); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		from := filepath.Join(shown, file)
		for i := range into.Pairs[start:] {
			into.Pairs[start+i].Source = from
		}
	}
	if len(into.Pairs) == 0 {
		return nil, fmt.Errorf("read %s: no usable pairs (%s); choose other files", name, into.Report())
	}
	return into, nil
}

// unknown returns an error that suggests similar names, or lists all.
func unknown(name string) error {
	near := Nearest(name)
	if len(near) == 0 {
		return fmt.Errorf("unknown dataset %q; choose one of %s, or shp/ with the name of one of its subreddits", name, strings.Join(Names()[:len(Names())-len(subreddits)], ", "))
	}
	return fmt.Errorf("unknown dataset %q; did you mean %s?", name, wording.Or(near))
}

// Nearest returns up to three source names similar to a name, or to its part after the
// slash.
func Nearest(name string) []string {
	const limit, maxDistance = 3, 3
	type candidate struct {
		name     string
		distance int
	}
	var found []candidate
	wanted := strings.ToLower(strings.NewReplacer("_", "-", " ", "-").Replace(name))
	for _, known := range append([]string{"hh-rlhf"}, Names()...) {
		d := suggest.Distance(wanted, known)
		if last := known[strings.LastIndex(known, "/")+1:]; strings.Contains(known, "/") {
			d = min(d, suggest.Distance(wanted, last))
		}
		if d <= min(maxDistance, len(known)/2) {
			found = append(found, candidate{known, d})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	var names []string
	for _, c := range found[:min(limit, len(found))] {
		names = append(names, c.name)
	}
	return names
}
