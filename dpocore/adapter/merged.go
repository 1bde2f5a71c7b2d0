package adapter

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// MergeFile records in a merged folder what it was made from.
const MergeFile = "dpo_merge.json"

// Merged records what a folder with a merged adapter was made from.
type Merged struct {
	Base    string `json:"base,omitempty"`    // name of the model
	Folder  string `json:"adapter,omitempty"` // absolute path of the adapter
	Weights string `json:"weights_sha256"`
	Adapter string `json:"adapter_sha256"`
	DType   string `json:"dtype"` // float32, float16 or bfloat16
}

// SameContent reports whether two merges give the same weights, whatever the names of their sources.
func (m Merged) SameContent(other Merged) bool {
	return m.Weights == other.Weights && m.Adapter == other.Adapter && m.DType == other.DType
}

// ReadMerged reads what the folder dir was made from. It returns the zero Merged if dir is not a merged folder.
func ReadMerged(dir string) (source Merged) {
	raw, err := os.ReadFile(filepath.Join(dir, MergeFile))
	if err != nil || json.Unmarshal(raw, &source) != nil {
		return Merged{}
	}
	return source
}
