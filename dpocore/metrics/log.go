package metrics

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/disk"
)

// Log appends the events and evaluations of a run to its folder. It is for one
// goroutine, and one Log at a time may be open on a folder.
type Log struct {
	steps, evaluations *lineFile
}

// OpenLog opens the log in a run folder, made if it isn't there, to go on after
// keepThroughStep: the step of the checkpoint that the run resumes from. Lines of
// later steps and a torn last line are cut away, since a resumed run writes them
// again. 0 begins anew with two empty files.
//
// Call Sync before a checkpoint is put on disk: then the log never lacks a step
// that the checkpoint has.
func OpenLog(dir string, keepThroughStep int) (*Log, error) {
	if err := disk.MkdirAll(dir); err != nil {
		return nil, fmt.Errorf("open the log of a run: %w", err)
	}
	steps, err := openLines[Event](filepath.Join(dir, StepsFile), keepThroughStep)
	if err != nil {
		return nil, err
	}
	evaluations, err := openLines[Evaluation](filepath.Join(dir, EvaluationsFile), keepThroughStep)
	if err != nil {
		steps.file.Close()
		return nil, err
	}
	return &Log{steps: steps, evaluations: evaluations}, nil
}

// Step appends one optimizer step. Steps must increase.
func (l *Log) Step(e Event) error { return l.steps.append(e.Step, encodeRow(e)) }

// Evaluation appends one evaluation. Steps must increase.
func (l *Log) Evaluation(e Evaluation) error { return l.evaluations.append(e.Step, encodeRow(e)) }

// Sync returns once everything appended is on disk.
func (l *Log) Sync() error {
	return errors.Join(l.steps.file.Sync(), l.evaluations.file.Sync())
}

// Close syncs and closes both files.
func (l *Log) Close() error {
	return errors.Join(l.Sync(), l.steps.file.Close(), l.evaluations.file.Close())
}

// lineFile is one of the log's two files, open for appending.
type lineFile struct {
	file *disk.File
	last int // step of the last line, -1 when there is none
}

// openLines cuts the file down to the steps to keep and opens it for appending.
func openLines[R row](path string, keepThroughStep int) (*lineFile, error) {
	var kept []byte
	last := -1
	if keepThroughStep > 0 {
		rows, err := readRows[R](path)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		for _, r := range rows {
			if r.step() > keepThroughStep {
				break
			}
			kept = append(append(kept, encodeRow(r)...), '\n')
			last = r.step()
		}
	}
	if err := atomicfile.WriteBytes(path, kept); err != nil {
		return nil, err
	}
	file, err := disk.Open(path, os.O_WRONLY|os.O_APPEND)
	if err != nil {
		return nil, fmt.Errorf("open the log of a run: %w", err)
	}
	return &lineFile{file: file, last: last}, nil
}

// append writes one line in one call, so that a crash tears at most the last line.
func (l *lineFile) append(step int, line []byte) error {
	if step <= l.last {
		return fmt.Errorf("append step %d to %s: its last line is already of step %d", step, l.file.Name(), l.last)
	}
	if _, err := l.file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("append step %d: %w", step, err)
	}
	l.last = step
	return nil
}
