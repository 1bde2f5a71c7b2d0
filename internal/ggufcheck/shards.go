package ggufcheck

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"

	"github.com/gomlx/go-huggingface/models/gguf"
)

// shardName matches the end of the name of a shard, as llama-gguf-split and huggingface.co write it.
var shardName = regexp.MustCompile(`^(.*)-([0-9]{5})-of-([0-9]{5})\.gguf$`)

// Keys of the files of a sharded model.
const (
	keyCount   = "split.count"
	keyTensors = "split.tensors.count"
)

// Shards lists the files of the model that a file belongs to. The first one has the metadata. Unless the name ends like
// -00001-of-00003.gguf, it is the file alone.
func Shards(path string) ([]string, error) {
	parts := shardName.FindStringSubmatch(path)
	if parts == nil {
		return []string{path}, nil
	}
	count, _ := strconv.Atoi(parts[3]) // five digits
	if this, _ := strconv.Atoi(parts[2]); this < 1 || this > count {
		return nil, fmt.Errorf("%s says that it is file %d of %d; rename it to its original name", path, this, count)
	}
	var shards []string
	for i := range count {
		shard := fmt.Sprintf("%s-%05d-of-%05d.gguf", parts[1], i+1, count)
		if _, err := os.Stat(shard); errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("%s is one of the %d files of a model, and %s is missing; download it to the same folder", path, count, shard)
		}
		shards = append(shards, shard)
	}
	return shards, nil
}

// OpenFirst is [Open] for the file that has the metadata of a model.
func OpenFirst(path string) (*gguf.File, error) {
	shards, err := Shards(path)
	if err != nil {
		return nil, err
	}
	return Open(shards[0])
}

// OpenAll checks all files of the model that a file belongs to and parses their headers.
func OpenAll(path string) ([]*gguf.File, error) {
	shards, err := Shards(path)
	if err != nil {
		return nil, err
	}
	var files []*gguf.File
	tensors := 0
	for _, shard := range shards {
		file, err := Open(shard)
		if err != nil {
			return nil, err
		}
		kv, ok := file.GetKeyValue(keyCount)
		if count := kv.Int64(); ok && count != int64(len(shards)) || !ok && len(shards) > 1 {
			return nil, fmt.Errorf("%s is one of %d files of a model (%s), and its name says %d; give it its original name, which ends like -00001-of-00003.gguf", shard, count, keyCount, len(shards))
		}
		tensors += len(file.TensorInfos)
		files = append(files, file)
	}
	if kv, ok := files[0].GetKeyValue(keyTensors); ok && kv.Int64() != int64(tensors) {
		return nil, fmt.Errorf("the %d files of %s have %d tensors of %d (%s); download the model again", len(files), path, tensors, kv.Int64(), keyTensors)
	}
	return files, nil
}
