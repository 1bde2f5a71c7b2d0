package pairfile

import (
	"encoding/json"
	"fmt"
	"io"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/atomicfile"
)

// WriteFile atomically writes pairs as JSON Lines with the columns prompt, chosen and rejected. Each prompt should be a single
// turn of the user; another one is written as [preference.Pair.PromptText] shows it.
func WriteFile(path string, pairs []preference.Pair) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		for i := range pairs {
			line := struct {
				Prompt   string `json:"prompt"`
				Chosen   string `json:"chosen"`
				Rejected string `json:"rejected"`
			}{pairs[i].PromptText(), pairs[i].Chosen, pairs[i].Rejected}
			if err := encoder.Encode(line); err != nil {
				return fmt.Errorf("pair %d: %w", i+1, err)
			}
		}
		return nil
	})
}
