package weights

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// Hash returns what Weights.Hash would be, without loading the model.
func Hash(path string) (string, error) {
	src, files, err := open(path)
	if err != nil {
		return "", fmt.Errorf("read the model: %w", err)
	}
	defer src.Close()
	return hashFiles(files)
}

// hashFiles is the SHA-256 of the files' contents, one after the other.
func hashFiles(paths []string) (string, error) {
	hash := sha256.New()
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			return "", err
		}
		_, err = io.Copy(hash, file)
		file.Close()
		if err != nil {
			return "", fmt.Errorf("read %s: %w", path, err)
		}
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
