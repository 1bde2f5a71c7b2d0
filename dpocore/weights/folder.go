package weights

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights/bitsandbytes"
	"example.com/gonb-dpo/dpocore/weights/configfile"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
	"example.com/gonb-dpo/internal/placeholder"
)

// Files of a model folder that hold weights.
const (
	singleFile = "model.safetensors"
	indexFile  = "model.safetensors.index.json"
)

// folder is a Hugging Face model folder: config.json with model.safetensors, or with shards and their index.
type folder struct {
	path    string
	config  decoder.Config
	tensors bitsandbytes.Files // the file that holds a tensor, by its name
	nf4     map[string]*bitsandbytes.Matrix
	files   []*safetensors.File
}

func openFolder(path string) (*folder, error) {
	config, err := configfile.Read(path)
	if err != nil {
		return nil, err
	}
	f := &folder{path: path, config: config, tensors: bitsandbytes.Files{}}
	if _, statErr := os.Stat(filepath.Join(path, singleFile)); statErr == nil {
		err = f.openSingle()
	} else {
		err = f.openShards()
	}
	if err == nil {
		if f.nf4, err = bitsandbytes.Find(f.tensors); err != nil {
			err = fmt.Errorf("open %s: %w", path, err)
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (f *folder) openSingle() error {
	file, err := safetensors.Open(filepath.Join(f.path, singleFile))
	if err != nil {
		return err
	}
	f.files = append(f.files, file)
	for _, tensor := range file.Names() {
		f.tensors[tensor] = file
	}
	return nil
}

// openShards opens the files that the index names, in alphabetical order. Each tensor must be in the file that the index
// gives for it.
func (f *folder) openShards() error {
	raw, err := os.ReadFile(filepath.Join(f.path, indexFile))
	if errors.Is(err, os.ErrNotExist) {
		return f.noWeights()
	}
	if err != nil {
		return err
	}
	if err := placeholder.Check(filepath.Join(f.path, indexFile), raw); err != nil {
		return err
	}
	shardOf, err := ParseIndex(raw)
	if err != nil {
		return fmt.Errorf("read %s: %w", filepath.Join(f.path, indexFile), err)
	}
	shards := map[string]*safetensors.File{}
	for _, name := range slices.Sorted(maps.Values(shardOf)) {
		if shards[name] != nil {
			continue
		}
		file, err := safetensors.Open(filepath.Join(f.path, name))
		if errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("the folder %s has no %s, which %s names; download the model again", f.path, name, indexFile)
		}
		if err != nil {
			return err
		}
		f.files, shards[name] = append(f.files, file), file
	}
	for tensor, name := range shardOf {
		if _, ok := shards[name].Info(tensor); !ok {
			return fmt.Errorf("%s gives tensor %q to %s, which does not hold it; download the model again",
				filepath.Join(f.path, indexFile), tensor, name)
		}
		f.tensors[tensor] = shards[name]
	}
	return nil
}

// noWeights is the error for a folder without safetensors.
func (f *folder) noWeights() error {
	for _, other := range []string{"pytorch_model.bin", "pytorch_model.bin.index.json"} {
		if _, err := os.Stat(filepath.Join(f.path, other)); err == nil {
			return fmt.Errorf("the folder %s has its weights in %s; this program reads safetensors: load it with transformers and save it again", f.path, other)
		}
	}
	if target, err := os.Readlink(filepath.Join(f.path, singleFile)); err == nil {
		return fmt.Errorf("%s is a link to %s, which is missing; the download is not complete: download the model again", filepath.Join(f.path, singleFile), target)
	}
	for _, pattern := range []string{"../../blobs/*.incomplete", ".cache/huggingface/download/*.incomplete", "*.incomplete"} {
		if unfinished, _ := filepath.Glob(filepath.Join(f.path, pattern)); len(unfinished) > 0 {
			return fmt.Errorf("%s has neither %s nor %s; its download is not complete (%s): download the model again", f.path, singleFile, indexFile, unfinished[0])
		}
	}
	return fmt.Errorf("%s has neither %s nor %s; name a folder with the whole model", f.path, singleFile, indexFile)
}

// ParseIndex reads a model.safetensors.index.json: the file of each tensor. A file outside the folder is refused.
func ParseIndex(raw []byte) (shardOf map[string]string, err error) {
	var content struct {
		WeightMap map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(raw, &content); err != nil {
		return nil, err
	}
	if len(content.WeightMap) == 0 {
		return nil, errors.New("it names no file (weight_map is empty)")
	}
	for tensor, name := range content.WeightMap {
		if !filepath.IsLocal(name) || strings.Contains(name, `\`) {
			return nil, fmt.Errorf("it names the file %q outside the folder (for tensor %q)", name, tensor)
		}
	}
	return content.WeightMap, nil
}

func (f *folder) Config() decoder.Config { return f.config }

func (f *folder) Shape(name string) ([]int, bool) {
	if matrix, ok := f.nf4[name]; ok {
		return matrix.Shape(), true
	}
	file, ok := f.tensors[name]
	if !ok {
		return nil, false
	}
	info, ok := file.Info(name)
	return info.Shape, ok
}

func (f *folder) Close() error {
	var errs []error
	for _, file := range f.files {
		errs = append(errs, file.Close())
	}
	return errors.Join(errs...)
}

// Order implements [source]: rows are stored in the model's order.
func (f *folder) Order(decoder.Part) []int { return nil }

func (f *folder) ReadRows(name string, begin, end int) ([]float32, error) {
	if matrix, ok := f.nf4[name]; ok {
		return matrix.Rows(begin, end)
	}
	file, ok := f.tensors[name]
	if !ok {
		return nil, fmt.Errorf("%s has no tensor %q", f.path, name)
	}
	return file.ReadRows(name, begin, end)
}

func (f *folder) Read(name string) (values []float32, shape []int, err error) {
	file, ok := f.tensors[name]
	if !ok {
		return nil, nil, fmt.Errorf("%s has no tensor %q", f.path, name)
	}
	info, _ := file.Info(name)
	values, err = file.Read(name)
	return values, info.Shape, err
}
