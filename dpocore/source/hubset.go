package source

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/hub"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/pairfile"
	"example.com/gonb-dpo/internal/wording"
)

// HubSet is any dataset on the hub, whose files are read as local ones are.
type HubSet struct {
	Repo   hub.Repo
	Config string // "" for the default one
	Split  string // "" for train, with the test split held out
}

// parquetRevision is where the hub keeps most datasets as Parquet files: CONFIG/SPLIT/0000.parquet.
const parquetRevision = "refs/convert/parquet"

// hubName is owner/name[:config][@revision][/split].
var hubName = regexp.MustCompile(`^(\w[\w.-]*/\w[\w.-]*)(?::([\w.-]+))?(?:@(refs/convert/parquet|refs/pr/\d+|\w[\w.-]*))?(?:/([\w.-]+))?$`)

// dataFile matches the names of files with pairs.
var dataFile = regexp.MustCompile(`(?i)\.(parquet|jsonl|ndjson|json|csv|tsv)(\.gz)?$`)

// ParseHub parses owner/name[:config][@revision][/split]; ok is false for anything else, such as the name of a file.
func ParseHub(name string) (h HubSet, ok bool) {
	part := hubName.FindStringSubmatch(name)
	if part == nil || dataFile.MatchString(name) {
		return h, false
	}
	repo, ok := hub.Parse(hub.Dataset, part[1])
	repo.Revision = part[3]
	return HubSet{Repo: repo, Config: part[2], Split: part[4]}, ok
}

// String returns the name, as in --data.
func (h HubSet) String() string {
	name := h.Repo.ID
	if h.Config != "" {
		name += ":" + h.Config
	}
	if h.Repo.Revision != "" {
		name += "@" + h.Repo.Revision
	}
	if h.Split != "" {
		name += "/" + h.Split
	}
	return name
}

// with returns the name with a split.
func (h HubSet) with(split string) string {
	h.Split = split
	return h.String()
}

// Load downloads the files of a split, unless they are in the cache, and reads their pairs. heldOut are those of the test or validation
// split if none is named; nil if there is none.
func (h HubSet) Load(ctx context.Context, progress hub.Progress) (train, heldOut *preference.Set, err error) {
	if names := h.published(); len(names) > 0 {
		return nil, nil, fmt.Errorf("%s is read by its own name, with its own format: %s", h, wording.Or(names))
	}
	snapshot, err := hub.Open(ctx, h.Repo)
	if err != nil {
		return nil, nil, err
	}
	files, err := h.files(ctx, snapshot)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", h, err)
	}
	split, err := files.choose(h)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", h, err)
	}
	if train, err = h.read(ctx, snapshot, files[split], h.with(split), progress); err != nil || h.Split != "" {
		return train, nil, err
	}
	for _, name := range []string{"test", "validation"} {
		if len(files[name]) > 0 && name != split {
			heldOut, err = h.read(ctx, snapshot, files[name], h.with(name), progress)
			return train, heldOut, err
		}
	}
	return train, nil, nil
}

// published lists the sources that read the same repository, unless a part of it is named.
func (h HubSet) published() (names []string) {
	for _, source := range published {
		if strings.EqualFold(source.repo.ID, h.Repo.ID) && h.Config == "" && h.Split == "" && !strings.HasPrefix(source.name, "shp/") {
			names = append(names, "--data "+source.name)
		}
	}
	return names
}

// read downloads and reads some files.
func (h HubSet) read(ctx context.Context, snapshot *hub.Snapshot, files []string, name string, progress hub.Progress) (*preference.Set, error) {
	folder, err := snapshot.Fetch(ctx, files, progress)
	if err != nil {
		return nil, err
	}
	var paths, shown []string
	for _, file := range files {
		paths = append(paths, filepath.Join(folder, filepath.FromSlash(file)))
		shown = append(shown, h.Repo.ID+"/"+file)
	}
	set, err := pairfile.ReadFiles(name, paths, shown)
	if err == nil && len(files) == 1 {
		set.Notes = append(set.Notes, "the pairs are those of "+shown[0])
	}
	return set, err
}

// splits has the files of each split.
type splits map[string][]string

func (s splits) add(split, file string) {
	if !slices.Contains(s[split], file) {
		s[split] = append(s[split], file)
	}
}

// names lists the splits.
func (s splits) names() (names []string) {
	for name := range s {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// choose returns the split to train on.
func (s splits) choose(h HubSet) (string, error) {
	names := s.names()
	switch {
	case h.Split != "" && len(s[h.Split]) > 0:
		return h.Split, nil
	case h.Split == "" && len(s["train"]) > 0:
		return "train", nil
	case h.Split == "" && len(names) == 1:
		return names[0], nil
	}
	var choices []string
	for _, name := range names {
		choices = append(choices, h.with(name))
	}
	if h.Split != "" {
		return "", fmt.Errorf("it has no split %q; write %s", h.Split, wording.Or(choices))
	}
	return "", fmt.Errorf("it has no split \"train\"; write %s", wording.Or(choices))
}
