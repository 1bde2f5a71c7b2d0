package run

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/checkpoints"
	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/internal/sums"
)

// tidy removes what a killed process left half written in a run folder, which must be locked.
func tidy(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("read the run folder: %w", err)
	}
	for _, entry := range entries {
		if name := entry.Name(); atomicfile.Unfinished(name) || strings.HasPrefix(name, "."+checkpoints.Prefix) {
			if err := disk.RemoveAll(filepath.Join(dir, name)); err != nil {
				return fmt.Errorf("remove an unfinished file of an earlier process: %w", err)
			}
		}
	}
	return nil
}

// LatestIntact reads the latest checkpoint that is intact; ok is false if there is none. Later, damaged ones are removed,
// each with a note.
func LatestIntact(dir string, layout decoder.Layout, note func(string)) (s Checkpoint, ok bool, err error) {
	for {
		steps, err := checkpoints.Steps(dir)
		if err != nil || len(steps) == 0 {
			return Checkpoint{}, false, err
		}
		last := steps[len(steps)-1]
		if s, err = ReadCheckpoint(dir, last, layout); !errors.Is(err, sums.ErrDamaged) {
			return s, err == nil, err
		}
		instead := "the run starts over"
		if len(steps) > 1 {
			instead = fmt.Sprintf("the run resumes from %s%d", checkpoints.Prefix, steps[len(steps)-2])
		}
		note(fmt.Sprintf("%v; %s.", err, instead))
		if err := disk.RemoveAll(checkpoints.Folder(dir, last)); err != nil {
			return Checkpoint{}, false, fmt.Errorf("remove a damaged checkpoint: %w", err)
		}
	}
}

// logs are the files to which a run appends its steps and evaluations. The pairs of the last evaluation do not exist
// before the first evaluation.
var logs = []string{metrics.StepsFile, metrics.EvaluationsFile, evaluation.PairsFile}

// copyLogs copies the run's logs into a checkpoint.
func copyLogs(dir, checkpoint string) error {
	for _, name := range logs {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, os.ErrNotExist) && name == evaluation.PairsFile {
			continue
		}
		if err != nil {
			return err
		}
		if err := atomicfile.WriteBytes(filepath.Join(checkpoint, name), content); err != nil {
			return err
		}
	}
	return nil
}

// RestoreLogs resets the logs of a run to a checkpoint's.
func RestoreLogs(dir string, step int, note func(string)) error {
	checkpoint := checkpoints.Folder(dir, step)
	for _, name := range logs {
		content, err := os.ReadFile(filepath.Join(checkpoint, name))
		if errors.Is(err, os.ErrNotExist) && name == evaluation.PairsFile {
			continue
		}
		if err != nil {
			return fmt.Errorf("resume: %w", err)
		}
		path := filepath.Join(dir, name)
		current, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("resume: %w", err)
		}
		if bytes.HasPrefix(current, content) && (len(current) == len(content) || name != evaluation.PairsFile) {
			continue
		}
		if name != evaluation.PairsFile { // those may be of a later evaluation
			note(fmt.Sprintf("%s is %v; the copy in %s replaces it.", path, sums.ErrDamaged, checkpoint))
		}
		if err := atomicfile.WriteBytes(path, content); err != nil {
			return fmt.Errorf("resume: %w", err)
		}
	}
	return nil
}

// Intact reports whether a finished run's files are unchanged; without checksums they are assumed to be. If one is damaged,
// a note says so, and the run resumes from its last checkpoint and writes it again.
func Intact(dir string, note func(string)) (bool, error) {
	err := sums.Check(dir)
	if errors.Is(err, sums.ErrDamaged) {
		note(fmt.Sprintf("%v; the run writes its files again.", err))
		return false, nil
	}
	return err == nil, err
}
