package tokenview

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/internal/atomicfile"
)

// File is in a run's folder: the notable pairs of the latest inspection.
const File = "tokens.json"

type saved struct {
	Adapter string `json:"adapter_sha256"`
	View
}

// Save writes the highlights to the run's folder, for its report.
func (v View) Save(dir string) error {
	hash, err := run.TrainedHash(dir)
	if err != nil {
		return err
	}
	v.Pairs = v.Highlights()
	return atomicfile.WriteJSON(filepath.Join(dir, File), saved{hash, v})
}

// Read reads what Save wrote; exists is false if there is nothing, or the adapter has changed since.
func Read(dir string) (view View, exists bool, err error) {
	path := filepath.Join(dir, File)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return view, false, nil
	}
	var s saved
	if err == nil {
		err = json.Unmarshal(raw, &s)
	}
	if err != nil {
		return view, false, fmt.Errorf("read the inspected pairs: %s: %w", path, err)
	}
	hash, err := run.TrainedHash(dir)
	return s.View, err == nil && hash == s.Adapter && len(s.Pairs) > 0, err
}
