package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
)

// Lineage is what a round's pairs and reference were made from. Paths are as given; hashes are SHA-256.
type Lineage struct {
	Round     int    `json:"round"`
	Summary   string `json:"says"`      // what the round trains on and against which reference, one or two sentences
	Reference string `json:"reference"` // one of rounds.References

	Previous        string `json:"previous_run,omitempty"` // folder of the previous round
	PreviousAdapter string `json:"previous_adapter_sha256,omitempty"`

	Judge    string       `json:"judge,omitempty"`
	Sampling *Sampling    `json:"sampling,omitempty"`
	Files    []HashedFile `json:"made_of,omitempty"` // answers, scores and the pairs made from them
}

// ReferenceFirst is the reference of rounds in which the first model alone is the reference of all.
const ReferenceFirst = "base"

// FirstIsReference reports whether the first model, without the adapter that a round continues with, is its reference.
func (l *Lineage) FirstIsReference() bool { return l != nil && l.Reference == ReferenceFirst }

// Sampling is how answers were sampled.
type Sampling struct {
	Answers     int     `json:"answers"` // per prompt
	Temperature float64 `json:"temperature"`
	TopP        float64 `json:"top_p"`
	MaxTokens   int     `json:"max_tokens"` // per answer
	Seed        int     `json:"seed"`
}

// HashedFile is a file with the hash of its content.
type HashedFile struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

// HashFiles hashes files.
func HashFiles(paths ...string) (list []HashedFile, err error) {
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("hash the files of a round: %w", err)
		}
		list = append(list, HashedFile{path, SHA256(content)})
	}
	return list, nil
}

// SHA256 returns the SHA-256 of content in hexadecimal.
func SHA256(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
