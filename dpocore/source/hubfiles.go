package source

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"example.com/gonb-dpo/dpocore/hub"
	"example.com/gonb-dpo/internal/wording"
)

// card is the metadata at the beginning of a dataset's README.md, as far as it says which files are what
// (https://huggingface.co/docs/hub/datasets-manual-configuration).
type card struct {
	Configs []struct {
		Name    string    `yaml:"config_name"`
		Default bool      `yaml:"default"`
		Files   yaml.Node `yaml:"data_files"`
		Dir     string    `yaml:"data_dir"`
	} `yaml:"configs"`
}

// files finds the files of each split: by the dataset's card, or else by their names as the library datasets does.
func (h HubSet) files(ctx context.Context, snapshot *hub.Snapshot) (splits, error) {
	all, err := snapshot.Files()
	if err != nil {
		return nil, err
	}
	data := slices.DeleteFunc(slices.Clone(all), func(name string) bool {
		return !dataFile.MatchString(name) || strings.HasPrefix(path.Base(name), ".") || strings.HasPrefix(path.Base(name), "dataset_info")
	})
	if len(data) == 0 {
		return nil, fmt.Errorf("it has no JSON Lines, JSON, CSV, TSV or Parquet files; the hub converts most datasets to Parquet: try %s", h.converted())
	}
	if slices.Contains(all, "README.md") {
		found, err := h.byCard(ctx, snapshot, data)
		if found != nil || err != nil {
			return found, err
		}
	}
	return h.byName(data)
}

// converted is the name of the same dataset as Parquet.
func (h HubSet) converted() string {
	h.Repo.Revision = parquetRevision
	return h.String()
}

// byCard finds the files that the card names; nil if it names none.
func (h HubSet) byCard(ctx context.Context, snapshot *hub.Snapshot, data []string) (splits, error) {
	folder, err := snapshot.Fetch(ctx, []string{"README.md"}, nil)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(folder, "README.md"))
	if err != nil {
		return nil, err
	}
	var c card
	if err := yaml.Unmarshal(frontMatter(text), &c); err != nil {
		return nil, fmt.Errorf("the metadata in its README.md can't be read: %w", err)
	}
	var names []string
	for _, config := range c.Configs {
		if h.Config == config.Name || h.Config == "" && (config.Default || config.Name == "default" || len(c.Configs) == 1) {
			return filesOf(config.Files, config.Dir, data)
		}
		named := h
		named.Config = config.Name
		names = append(names, named.String())
	}
	if len(names) > 0 {
		return nil, fmt.Errorf("it has several configurations; write %s", wording.Or(names))
	}
	return nil, nil
}

// frontMatter is what is between the first two lines of three dashes.
func frontMatter(text []byte) []byte {
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	rest, ok := bytes.CutPrefix(text, []byte("---\n"))
	if !ok {
		return nil
	}
	matter, _, _ := bytes.Cut(rest, []byte("\n---"))
	return matter
}

// filesOf finds the files of a configuration: a pattern, a list of patterns, or patterns of splits. nil if it names none.
func filesOf(node yaml.Node, dir string, data []string) (splits, error) {
	found := splits{}
	match := func(split string, patterns yaml.Node) error {
		list := patterns.Content
		if patterns.Kind == yaml.ScalarNode {
			list = []*yaml.Node{&patterns}
		}
		for _, pattern := range list {
			matches := globbed(path.Join(dir, pattern.Value), data)
			if len(matches) == 0 {
				return fmt.Errorf("its README.md, line %d, names files %q, and there are none that can be read", pattern.Line+1, pattern.Value)
			}
			for _, file := range matches {
				found.add(split, file)
			}
		}
		return nil
	}
	isSplits := node.Kind == yaml.SequenceNode && len(node.Content) > 0 && node.Content[0].Kind == yaml.MappingNode
	switch {
	case node.Kind == 0:
		return nil, nil
	case !isSplits:
		return found, match("train", node)
	}
	for _, item := range node.Content {
		var part struct {
			Split string
			Path  yaml.Node
		}
		if err := item.Decode(&part); err != nil {
			return nil, fmt.Errorf("the metadata in its README.md can't be read: %w", err)
		}
		if err := match(part.Split, part.Path); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// globbed returns the files that a pattern with *, ** and ? matches.
func globbed(pattern string, files []string) (matches []string) {
	expression := strings.NewReplacer(`\*\*`, ".*", `\*`, "[^/]*", `\?`, "[^/]").Replace(regexp.QuoteMeta(strings.TrimPrefix(pattern, "./")))
	whole, err := regexp.Compile("^" + expression + "$")
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(files), func(name string) bool { return !whole.MatchString(name) })
}

var (
	// shard is the name of one of several files of a split.
	shard = regexp.MustCompile(`^(.+)-\d{5}-of-\d{5}\.`)

	// splitWord finds the name of a split in a file's name or its folder's.
	splitWord = regexp.MustCompile(`(?i)(?:^|[-._ 0-9/])(?:(train|training)|(test|testing|eval|evaluation)|(val|valid|validation|dev))(?:$|[-._ 0-9/])`)
)

// byName sorts files by the splits that their names tell; if none does, all are for training.
func (h HubSet) byName(data []string) (splits, error) {
	if h.Config != "" {
		data = slices.DeleteFunc(data, func(name string) bool { return !strings.HasPrefix(name, h.Config+"/") })
	} else if h.Repo.Revision == parquetRevision {
		if folders := firstFolders(data); len(folders) > 1 && !slices.Contains(folders, "default") {
			return nil, fmt.Errorf("it has several configurations (%s); write %s:CONFIGURATION@%s", strings.Join(folders, ", "), h.Repo.ID, parquetRevision)
		} else if len(folders) > 1 {
			data = slices.DeleteFunc(data, func(name string) bool { return !strings.HasPrefix(name, "default/") })
		}
	}
	if len(data) == 0 {
		return nil, fmt.Errorf("it has no configuration %q", h.Config)
	}
	found := splits{}
	for _, name := range data {
		found.add(h.splitOf(name), name)
	}
	if len(found) > 1 && len(found[""]) > 0 { // files that are no part of a split, beside those that are
		delete(found, "")
	}
	if files, ok := found[""]; ok {
		return splits{"train": files}, nil
	}
	return found, nil
}

// splitOf is the split that a file's name tells, or "".
func (h HubSet) splitOf(name string) string {
	if h.Repo.Revision == parquetRevision {
		return path.Base(path.Dir(name))
	}
	if part := shard.FindStringSubmatch(path.Base(name)); part != nil {
		return part[1]
	}
	word := splitWord.FindStringSubmatch(name)
	switch {
	case word == nil:
		return ""
	case word[1] != "":
		return "train"
	case word[2] != "":
		return "test"
	default:
		return "validation"
	}
}

func firstFolders(names []string) (folders []string) {
	for _, name := range names {
		if first, _, ok := strings.Cut(name, "/"); ok && !slices.Contains(folders, first) {
			folders = append(folders, first)
		}
	}
	return folders
}
