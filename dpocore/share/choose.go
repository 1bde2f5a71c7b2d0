package share

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/card"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/hub/upload"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/internal/sums"
)

// Choice is what of a folder or file goes to the hub.
type Choice struct {
	Kind  string // "adapter", "model", "merged model" or "GGUF file"
	Files []upload.File
	Left  []string // what else is in the folder, and stays on this machine
	Notes []string // sentences on what will surprise those who download it
}

// Files of adapters and of models whose weights were all trained. No other file of a run's folder goes to the hub: they record the pairs that it was trained on, and paths.
var (
	requiredFiles  = []string{"adapter_config.json", "adapter_model.safetensors"}
	modelFiles     = []string{"config.json", "generation_config.json", "model.safetensors"}
	tokenizerFiles = []string{"tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json",
		"merges.txt", "tokenizer.model", "chat_template.jinja"}
)

const plots = "plots/*.png"

// Choose lists what of a finished run or another adapter, a merged model or a GGUF file goes to the hub. Anything else is an
// error.
func Choose(source string) (Choice, error) {
	info, err := os.Stat(source)
	if err != nil {
		return Choice{}, fmt.Errorf("there is no %s; name a finished run, a folder that dpo merge wrote, or a .gguf file", source)
	}
	if !info.IsDir() {
		return chooseGGUF(source)
	}
	if err := run.NotCheckpoint(source); err != nil {
		return Choice{}, err
	}
	record, isRun, err := run.ReadRecord(source)
	switch {
	case err != nil:
		return Choice{}, err
	case isRun && !record.Finished:
		return Choice{}, fmt.Errorf("the run in %s is not finished, so there is nothing to push yet; resume it first", source)
	case isRun && record.Config.Full:
		return chooseModel(source)
	case adapter.IsFolder(source):
		return chooseAdapter(source)
	case adapter.ReadMerged(source) != adapter.Merged{}:
		return chooseMerged(source)
	}
	return Choice{}, fmt.Errorf("%s is neither a finished run or another adapter, nor a folder that dpo merge wrote; name one of these, or a .gguf file", source)
}

func chooseAdapter(dir string) (Choice, error) {
	c := Choice{Kind: "adapter"}
	base, err := adapter.ReadBase(dir)
	if err != nil {
		return c, err
	}
	if _, err := adapter.Hash(dir); err != nil { // its weights are missing or damaged
		return c, err
	}
	if filepath.IsAbs(base.Name) {
		c.Notes = append(c.Notes, fmt.Sprintf("adapter_config.json names the model as %s, a folder of this machine, which others will see and do not have.", base.Name))
	}
	return c, c.add(dir, slices.Concat(requiredFiles, tokenizerFiles)...)
}

// chooseModel chooses the model of a run that trained all weights.
func chooseModel(dir string) (Choice, error) {
	c := Choice{Kind: "model"}
	if _, err := run.TrainedHash(dir); err != nil { // its weights are missing or damaged
		return c, err
	}
	return c, c.add(dir, slices.Concat(modelFiles, tokenizerFiles)...)
}

func chooseMerged(dir string) (Choice, error) {
	c := Choice{Kind: "merged model"}
	return c, c.add(dir, append(export.MergedFolder.Files(), card.MergedPicture)...)
}

// add adds those of the named files that are in a folder, its card and its plots.
func (c *Choice) add(dir string, names ...string) error {
	var checked []string
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil && name != card.File {
			checked = append(checked, name)
		}
	}
	if err := sums.Check(dir, checked...); err != nil {
		return err
	}
	pictures, _ := filepath.Glob(filepath.Join(dir, filepath.FromSlash(plots)))
	for _, picture := range pictures {
		checked = append(checked, "plots/"+filepath.Base(picture))
	}
	if _, err := os.Stat(filepath.Join(dir, card.File)); err == nil {
		checked = append(checked, card.File)
	}
	for _, name := range checked {
		if err := c.addFile(name, filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(dir)
	for _, entry := range entries {
		if name := entry.Name(); !slices.Contains(checked, name) && !(name == path.Dir(plots) && len(pictures) > 0) && !strings.HasPrefix(name, ".") {
			c.Left = append(c.Left, name)
		}
	}
	return err
}

// beginnings are the first bytes of files by the ends of their names.
var beginnings = map[string]string{".png": "\x89PNG", ".gguf": "GGUF"}

// addFile adds a file, unless it is of another format than its name says.
func (c *Choice) addFile(name, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file; remove it", path)
	}
	want := []byte(beginnings[filepath.Ext(name)])
	begin := make([]byte, len(want))
	if _, err := io.ReadFull(file, begin); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return err
	}
	if !bytes.Equal(begin, want) {
		return fmt.Errorf("%s is not a %s file, so it is not pushed; remove it, or write it again", path, strings.ToUpper(filepath.Ext(name)[1:]))
	}
	c.Files = append(c.Files, upload.File{Name: name, Path: path, Size: info.Size()})
	return nil
}

func chooseGGUF(file string) (Choice, error) {
	c := Choice{Kind: "GGUF file"}
	if filepath.Ext(file) != ".gguf" {
		return c, fmt.Errorf("%s is not pushed: of single files, only .gguf files are; name one, a finished run, or a folder that dpo merge wrote", file)
	}
	if err := c.addFile(filepath.Base(file), file); err != nil {
		return c, err
	}
	modelfile := export.ModelfileOf(file)
	content, err := os.ReadFile(modelfile)
	if errors.Is(err, os.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	for line := range strings.Lines(string(content)) {
		if from, ok := strings.CutPrefix(strings.TrimSpace(line), "FROM "); ok && filepath.IsAbs(from) {
			c.Notes = append(c.Notes, fmt.Sprintf("%s names the model as %s, a place on this machine, which others will see and do not have.", filepath.Base(modelfile), from))
		}
	}
	return c, c.addFile(filepath.Base(modelfile), modelfile)
}
