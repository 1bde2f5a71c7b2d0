package run

import (
	"fmt"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/whole"
	"example.com/gonb-dpo/internal/sums"
)

// AllWeights reports whether a folder is that of a run, or of a checkpoint, which trained all weights of a model, and has them.
func AllWeights(dir string) bool {
	for _, name := range []string{RecordFile, whole.ConfigFile, whole.WeightsFile} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

// TrainedHash returns the SHA-256 of what was trained in a folder: the file with the weights of an adapter or, if they were all
// trained, of the model. It fails if the folder has checksums and the file doesn't match its own.
func TrainedHash(dir string) (string, error) {
	if !AllWeights(dir) {
		return adapter.Hash(dir)
	}
	if err := CheckWeights(dir); err != nil {
		return "", err
	}
	return sums.Of(filepath.Join(dir, whole.WeightsFile))
}

// CheckWeights returns an error if a folder has checksums and the weights of a model that was trained whole don't match theirs.
func CheckWeights(dir string) error {
	if err := sums.Check(dir, whole.WeightsFile); err != nil {
		return fmt.Errorf("read the trained model: %w", err)
	}
	return nil
}
