// Package open finds the base model and the runs that a cell names.
package open

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/plots"
)

// base is the base model, nil until a cell first uses it. It stays open until the process ends.
var base *model.Model

// BaseModel opens the base model, once per cell: the one in the environment variable, else the one that the first of the
// adapters was trained on, else the installed one. The date is that of the first adapter's run. Notes about adapters are shown
// in the cell.
func BaseModel(adapters ...string) (*model.Model, error) {
	if base != nil {
		return base, base.Follow(adapters...)
	}
	opened, err := model.FetchBase(context.Background(), os.Getenv(cell.Model), adapters, config.Prompts{}, nil)
	if err != nil {
		return nil, err
	}
	opened.Note = func(text string) { cell.Show(output.Notef("%s", text)) }
	opened.AnyBase = os.Getenv(cell.AnyBase) != ""
	base = opened
	return base, nil
}

// CloseBaseModel closes the base model, if it is open. Tests use it to change the model.
func CloseBaseModel() {
	if base != nil {
		base.Close()
		base = nil
	}
}

// Run reads the record of the run in a folder.
func Run(dir string) (run.Record, error) {
	if err := run.NotCheckpoint(dir); err != nil {
		return run.Record{}, err
	}
	record, exists, err := run.ReadRecord(dir)
	if err == nil && !exists {
		return record, fmt.Errorf("there is no run in %q; run the cell that trains it first, or check the folder's name", dir)
	}
	return record, err
}

// FinishedRun reads the record of a finished run.
func FinishedRun(dir string) (run.Record, error) {
	record, err := Run(dir)
	if err == nil && !record.Finished {
		return record, fmt.Errorf("the run in %q is not finished; run the cell that trains it again to resume from its last checkpoint", dir)
	}
	return record, err
}

// FinishedRuns lists the folders in names: a folder, several separated by commas, or a pattern. Every named folder must
// contain a finished run. Other folders that a pattern matches are skipped.
func FinishedRuns(names string) (dirs []string, err error) {
	for _, name := range strings.Split(names, ",") {
		name = strings.TrimSpace(name)
		if !strings.ContainsAny(name, "*?[") {
			if _, err := FinishedRun(name); err != nil {
				return nil, err
			}
			dirs = append(dirs, name)
			continue
		}
		matches, err := matching(name)
		if err != nil {
			return nil, err
		}
		found := false
		for _, dir := range matches {
			record, _, err := run.ReadRecord(dir)
			if err != nil {
				return nil, err
			}
			found = found || record.Finished
			if record.Finished && !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
		}
		if !found {
			return nil, fmt.Errorf("no run in %s that matches %q is finished; run the cell that trains them again", filepath.Dir(name), name)
		}
	}
	return dirs, nil
}

// Histories reads the metrics of the runs whose folders match a pattern, and returns the folder that contains them.
func Histories(pattern string) (runs []plots.Run, folder string, err error) {
	dirs, err := matching(pattern)
	if err != nil {
		return nil, "", err
	}
	for _, dir := range dirs {
		history, err := metrics.ReadHistory(dir)
		if err != nil {
			return nil, "", err
		}
		runs = append(runs, plots.Run{Name: filepath.Base(dir), History: history})
	}
	return runs, filepath.Dir(pattern), nil
}

// matching returns the folders of runs that match a pattern, at least one.
func matching(pattern string) (dirs []string, err error) {
	matches, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("the pattern %q lacks a closing bracket; write it like \"runs/beta-*\"", pattern)
	}
	for _, dir := range matches {
		if _, err := os.Stat(filepath.Join(dir, metrics.StepsFile)); err == nil {
			dirs = append(dirs, dir)
		}
	}
	if len(dirs) == 0 {
		return nil, fmt.Errorf("no run matches %q; run the cell that trains them first, or check the pattern", pattern)
	}
	return dirs, nil
}
