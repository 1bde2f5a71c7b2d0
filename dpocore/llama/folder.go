package llama

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/safetensors"
)

// folder reads a Hugging Face model folder: config.json beside model.safetensors, or beside shards and their index.
type folder struct {
	path   string
	config Config
	shards map[string]*safetensors.File // tensor name to the file that holds it
	files  []*safetensors.File
}

func openFolder(path string) (*folder, error) {
	config, err := ReadConfig(path)
	if err != nil {
		return nil, err
	}
	names, err := weightFiles(path)
	if err != nil {
		return nil, err
	}
	f := &folder{path: path, config: config, shards: map[string]*safetensors.File{}}
	for _, name := range names {
		file, err := safetensors.Open(filepath.Join(path, name))
		if err != nil {
			f.Close()
			return nil, err
		}
		f.files = append(f.files, file)
		for _, tensor := range file.Names() {
			f.shards[tensor] = file
		}
	}
	return f, nil
}

// weightFiles lists the safetensors files of a model folder, in a fixed order.
func weightFiles(path string) ([]string, error) {
	const single, index = "model.safetensors", "model.safetensors.index.json"
	if _, err := os.Stat(filepath.Join(path, single)); err == nil {
		return []string{single}, nil
	}
	raw, err := os.ReadFile(filepath.Join(path, index))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s has neither %s nor %s", path, single, index)
	}
	if err != nil {
		return nil, err
	}
	var content struct {
		WeightMap map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(raw, &content); err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Join(path, index), err)
	}
	return sortedShards(path, content.WeightMap)
}

func sortedShards(path string, weightMap map[string]string) ([]string, error) {
	seen := map[string]bool{}
	for _, name := range weightMap {
		if !filepath.IsLocal(name) {
			return nil, fmt.Errorf("the index of %s names the file %q outside the folder", path, name)
		}
		seen[name] = true
	}
	names := sortedKeys(seen)
	if len(names) == 0 {
		return nil, fmt.Errorf("the index of %s names no file", path)
	}
	return names, nil
}

func (f *folder) Config() Config { return f.config }

func (f *folder) Close() error {
	var errs []error
	for _, file := range f.files {
		errs = append(errs, file.Close())
	}
	return errors.Join(errs...)
}

func (f *folder) Read(name string) (values []float32, shape []int, err error) {
	file, ok := f.shards[name]
	if !ok {
		return nil, nil, fmt.Errorf("%s has no tensor %q", f.path, name)
	}
	info, _ := file.Info(name)
	values, err = file.Read(name)
	return values, info.Shape, err
}
