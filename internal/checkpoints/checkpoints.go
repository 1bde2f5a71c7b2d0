// Package checkpoints knows the names of checkpoint folders, checkpoint-STEP, as transformers' Trainer gives them too.
package checkpoints

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Prefix of a checkpoint's name, before its step.
const Prefix = "checkpoint-"

// Folder is the checkpoint of a step in a run's folder.
func Folder(dir string, step int) string { return filepath.Join(dir, Prefix+strconv.Itoa(step)) }

// IsName reports whether a folder's name is that of a checkpoint.
func IsName(name string) bool {
	_, ok := stepOf(name)
	return ok
}

func stepOf(name string) (step int, ok bool) {
	number, ok := strings.CutPrefix(name, Prefix)
	step, err := strconv.Atoi(number)
	return step, ok && err == nil
}

// Steps lists the steps of a folder's checkpoints in ascending order.
func Steps(dir string) ([]int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list the checkpoints: %w", err)
	}
	var steps []int
	for _, entry := range entries {
		if step, ok := stepOf(entry.Name()); ok && entry.IsDir() {
			steps = append(steps, step)
		}
	}
	slices.Sort(steps)
	return steps, nil
}
