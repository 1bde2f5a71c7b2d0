package run

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/checkpoints"
)

// PromptsFile has the hash of each prompt of a run's training pairs, one per line in hexadecimal, so that an evaluation can
// tell which of its pairs were trained on.
const PromptsFile = "trained_prompts.txt"

// WritePrompts writes the prompts that a run trains on to its folder.
func WritePrompts(dir string, prompts preference.PromptSet) error {
	return atomicfile.Write(filepath.Join(dir, PromptsFile), func(w io.Writer) error {
		out := bufio.NewWriter(w)
		for _, hash := range slices.Sorted(maps.Keys(prompts)) {
			fmt.Fprintf(out, "%016x\n", hash) // Flush returns the error
		}
		return out.Flush()
	})
}

// TrainedPrompts reads the prompts that an adapter was trained on: that of a run, or of one of its checkpoints. It is empty
// for "", for a folder that training did not write, and for runs of earlier versions.
func TrainedPrompts(adapter string) (preference.PromptSet, error) {
	prompts := preference.PromptSet{}
	if adapter == "" {
		return prompts, nil
	}
	if strings.HasPrefix(filepath.Base(adapter), checkpoints.Prefix) {
		adapter = filepath.Dir(adapter)
	}
	path := filepath.Join(adapter, PromptsFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return prompts, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the prompts of a run: %w", err)
	}
	for number, line := range slices.Collect(bytes.Lines(raw)) {
		hash, err := strconv.ParseUint(string(bytes.TrimSpace(line)), 16, 64)
		if err != nil {
			return nil, fmt.Errorf("%s, line %d: %q is no hash of a prompt; remove the file, and evaluations no longer say which pairs were trained on", path, number+1, line)
		}
		prompts[hash] = true
	}
	return prompts, nil
}
