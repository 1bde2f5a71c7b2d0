package model

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/hub"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/deps"
)

// base is what an adapter's folder tells about the model that the adapter was trained on.
type base struct {
	peft    adapter.Base   // from adapter_config.json
	run     run.ModelFacts // from run.json or a checkpoint's copy of it; zero if another program trained the adapter
	prompts config.Prompts // of the run; zero if another program trained the adapter
}

func readBase(dir string) (b base, err error) {
	if !run.AllWeights(dir) {
		if b.peft, err = adapter.ReadBase(dir); err != nil {
			return b, err
		}
	}
	record, _, err := run.ReadRecord(dir)
	b.run, b.prompts = record.Model, record.Config.Prompts()
	b.run.Path = record.Find(b.run.Path)
	return b, err
}

// name is the model's name or path, "" if it is unknown.
func (b base) name() string { return cmp.Or(b.run.Hub, b.run.Path, b.peft.Name) }

// FetchBase is [Fetch] for a model that is used with adapters, of which there may be none. If name is "", it opens the
// model that the first adapter was trained on. It follows the adapters' runs, see [Model.Follow], but for the prompts that are given.
func FetchBase(ctx context.Context, name string, adapters []string, given config.Prompts, progress hub.Progress) (*Model, error) {
	prompts, runs, err := follow(adapters)
	if err != nil {
		return nil, fmt.Errorf("open the model: %w", err)
	}
	m, err := fetchBase(ctx, name, adapters, prompts.With(given), progress)
	if err != nil {
		return nil, err
	}
	m.runs = runs
	return m, nil
}

func fetchBase(ctx context.Context, name string, adapters []string, prompts config.Prompts, progress hub.Progress) (*Model, error) {
	if name != "" || len(adapters) == 0 || adapters[0] == "" {
		return fetch(ctx, name, prompts, progress)
	}
	b, err := readBase(adapters[0])
	if err != nil {
		return nil, fmt.Errorf("open the model: %w", err)
	}
	name, err = b.find()
	if err != nil {
		return nil, fmt.Errorf("open the model: the adapter %s was trained on %w", adapters[0], err)
	}
	m, err := fetch(ctx, name, prompts, progress)
	if err != nil && name != "" {
		return nil, fmt.Errorf("%w; it is the model that the adapter %s was trained on: name it with --model if it is elsewhere", err, adapters[0])
	}
	return m, err
}

// find returns the name to open the model by. "" is the installed model.
func (b base) find() (string, error) {
	name := b.name()
	if _, err := os.Stat(name); err == nil || name == "" {
		return name, nil
	}
	installed, err := deps.Model()
	switch {
	case err != nil:
	case b.run.Weights == "" && (&Model{Path: installed}).BaseName() == name:
		return "", nil
	case b.run.Weights != "" && b.run.Hub == "":
		if hash, err := weights.Hash(installed); err == nil && hash == b.run.Weights {
			return "", nil
		}
	}
	repo, ok := hub.Parse(hub.Model, name)
	if !ok || b.run.Path != "" && b.run.Hub == "" {
		return "", fmt.Errorf("%s, which is not there; name the model with --model", name)
	}
	if repo.Revision == "" {
		repo.Revision = b.peft.Revision
	}
	return repo.String(), nil
}

// CheckAdapter returns an error if the adapter in dir does not belong to this model: it was trained on another one, or
// the model already contains it. AnyBase accepts another model. Where hashes and names don't decide, m.Note receives a sentence.
func (m *Model) CheckAdapter(dir string) error {
	if _, checked := m.other[dir]; checked {
		return nil
	}
	b, err := readBase(dir)
	if err != nil {
		return err
	}
	difference, doubt, err := m.compare(b)
	if err == nil && (b.run.Weights == "" || difference != "") {
		err = m.checkContained(dir)
	}
	switch {
	case err != nil:
		return err
	case difference != "" && !m.AnyBase:
		return fmt.Errorf("the adapter %s was trained on %s, and %s; use that model, or accept this one with --any-base", dir, b.name(), difference)
	case difference != "":
		doubt = fmt.Sprintf("was trained on %s, and %s", b.name(), difference)
	}
	if doubt != "" && m.Note != nil {
		m.Note(fmt.Sprintf("The adapter %s %s.", dir, doubt))
	}
	m.compareDate(dir, b.prompts.Date)
	if m.other == nil {
		m.other = map[string]bool{}
	}
	m.other[dir] = difference != ""
	return nil
}

// OnOtherBase reports whether the adapter in dir, which has been read, was trained on another model than this one.
func (m *Model) OnOtherBase(dir string) bool { return m.other[dir] }

// checkContained returns an error if the model was made by merging this adapter.
func (m *Model) checkContained(dir string) error {
	made := adapter.ReadMerged(m.Path)
	if made == (adapter.Merged{}) {
		return nil
	}
	hash, err := run.TrainedHash(dir)
	if err == nil && hash == made.Adapter {
		err = fmt.Errorf("the model %s already contains the adapter %s; use it without the adapter, or name the model that the adapter was trained on", m.Path, dir)
	}
	return err
}

// compare returns how the model differs from the one that an adapter was trained on, or why that is unknown; both are
// "" if it is that model.
func (m *Model) compare(b base) (difference, doubt string, err error) {
	if b.run.Weights == "" {
		difference, doubt = m.compareNames(b.peft)
		return difference, doubt, nil
	}
	hash, err := m.WeightsHash()
	switch {
	case err != nil:
		return "", "", err
	case hash != b.run.Weights:
		return fmt.Sprintf("%s has other weights", m.name()), "", nil
	case !reflect.DeepEqual(m.Prompts.Undated(), b.prompts.Undated()):
		return "prompts are written in another way here (see --chat-template, --template-arg and --system)", "", nil
	case m.Tokenizer.Hash() != b.run.Tokenizer && !isFile(m.Path): // a GGUF file's hash covers its tokenizer
		return fmt.Sprintf("%s has another tokenizer or chat template", m.name()), "", nil
	}
	return "", "", nil
}

// compareNames is compare for an adapter of another program, which records no hash. Folders that exist are compared by
// their weights. Two names on the hub are two models, unless only their owners differ: copies have the original's name.
func (m *Model) compareNames(b adapter.Base) (difference, doubt string) {
	unknown := fmt.Sprintf("names %s as its model; whether %s has the same weights is unknown", b.Name, m.name())
	if b.Name == "" {
		return "", fmt.Sprintf("does not say which model it was trained on; make sure that it is %s", m.name())
	}
	if _, err := os.Stat(b.Name); err == nil {
		theirs, err := weights.Hash(b.Name)
		ours, ownErr := m.WeightsHash()
		switch {
		case err != nil || ownErr != nil:
			return "", unknown
		case ours != theirs:
			return fmt.Sprintf("%s has other weights", m.name()), ""
		}
		return "", ""
	}
	theirs, isRepo := hub.Parse(hub.Model, b.Name)
	if !isRepo {
		return "", unknown
	}
	theirs.Revision = cmp.Or(theirs.Revision, b.Revision)
	if ours, ok := hub.Parse(hub.Model, m.HubID); ok {
		return compareRepos(ours, theirs, unknown)
	}
	if m.BaseName() == theirs.ID || path.Base(theirs.ID) == filepath.Base(m.Path) ||
		strings.Contains(m.Path, "models--"+strings.ReplaceAll(theirs.ID, "/", "--")) {
		return "", ""
	}
	return "", unknown
}

// compareRepos compares two names on the hub.
func compareRepos(ours, theirs hub.Repo, unknown string) (difference, doubt string) {
	switch {
	case originalName(ours.ID) != originalName(theirs.ID):
		return fmt.Sprintf("%s is another model", ours), ""
	case ours.ID != theirs.ID:
		return "", unknown
	case ours.String() == theirs.String():
		return "", ""
	case ours.Revision != "" && theirs.Revision != "":
		return fmt.Sprintf("%s is another revision than %s", ours, theirs), ""
	}
	return "", fmt.Sprintf("was trained on %s; the model is %s, which may be another revision", theirs, ours)
}

// quantizedCopy is the end of the names of quantized copies of a model, which others train adapters on, as Unsloth does.
var quantizedCopy = regexp.MustCompile(`(?i)(-unsloth)?-(bnb-4bit|bnb-8bit|4bit|8bit|awq|gptq|gguf)$`)

// originalName is the name of a model on the hub without its owner, and without what is added for a quantized copy.
func originalName(id string) string { return quantizedCopy.ReplaceAllString(path.Base(id), "") }

// name is the model's name in a message.
func (m *Model) name() string { return cmp.Or(m.HubID, m.Path) }

func isFile(path string) bool {
	stat, err := os.Stat(path)
	return err == nil && !stat.IsDir()
}
