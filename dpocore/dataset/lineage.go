package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
)

// Lineage is what a round's pairs and reference were made of. Files are named as they were called, and known by the
// SHA-256 of their content.
type Lineage struct {
	Round     int    `json:"round"`
	Says      string `json:"says"`      // from what the round trains, and against which reference, in a sentence
	Reference string `json:"reference"` // one of References

	Previous        string `json:"previous_run,omitempty"` // the folder of the round before
	PreviousAdapter string `json:"previous_adapter_sha256,omitempty"`

	Judge    string    `json:"judge,omitempty"`
	Sampling *Sampling `json:"sampling,omitempty"`
	Made     []MadeOf  `json:"made_of,omitempty"` // answers, scores and the pairs that follow
}

// Sampling is how answers were drawn.
type Sampling struct {
	Answers     int     `json:"answers"`
	Temperature float64 `json:"temperature"`
	TopP        float64 `json:"top_p"`
	MaxTokens   int     `json:"max_tokens"`
	Seed        int     `json:"seed"`
}

// MadeOf is a file with what it held.
type MadeOf struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

// MadeOfFiles takes down files and what they hold.
func MadeOfFiles(paths ...string) (list []MadeOf, err error) {
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("take down what the round is made of: %w", err)
		}
		list = append(list, MadeOf{path, HashOf(content)})
	}
	return list, nil
}

func HashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
