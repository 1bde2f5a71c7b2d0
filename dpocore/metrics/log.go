package metrics

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/metrics/eventfile"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/disk"
)

// Log appends the events and evaluations of a run to its folder. It is not safe for concurrent use, and a folder may have
// only one open Log at a time.
type Log struct {
	steps, evaluations *lineFile
	events             *eventfile.File // nil without [Log.Report]
}

// OpenLog opens the log in a run folder, creating the folder if needed, to continue after keepThroughStep: the step of the
// checkpoint from which the run resumes. It removes the lines of later steps and a torn last line, since the resumed run
// writes them again. With 0 it starts over with two empty files.
//
// Call Sync before committing a checkpoint to disk, so that the log never lacks a step that the checkpoint has.
func OpenLog(dir string, keepThroughStep int) (*Log, error) {
	if err := disk.MkdirAll(dir); err != nil {
		return nil, fmt.Errorf("open the training log: %w", err)
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
func (l *Log) Step(e Event) error { return l.append(l.steps, &e) }

// Evaluation appends one evaluation. Steps must increase.
func (l *Log) Evaluation(e Evaluation) error { return l.append(l.evaluations, &e) }

func (l *Log) append(file *lineFile, r row) error {
	if err := file.append(r); err != nil || l.events == nil {
		return err
	}
	return l.events.Append(eventOf(r))
}

// Sync returns once everything appended is on disk.
func (l *Log) Sync() error {
	return errors.Join(l.steps.file.Sync(), l.evaluations.file.Sync())
}

// Close syncs and closes the files.
func (l *Log) Close() error {
	err := errors.Join(l.Sync(), l.steps.file.Close(), l.evaluations.file.Close())
	if l.events != nil {
		err = errors.Join(err, l.events.Close())
	}
	return err
}

// lineFile is one of the two log files, open for appending.
type lineFile struct {
	file     *disk.File
	lastStep int // of the last line, -1 if there is none
}

// openLines cuts a file down to the steps to keep, and opens it for appending.
func openLines[R any, P rowOf[R]](path string, keepThroughStep int) (*lineFile, error) {
	var content []byte
	lastStep := -1
	if keepThroughStep > 0 {
		rows, err := readRows[R, P](path)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		for i := range rows {
			r := P(&rows[i])
			if r.step() > keepThroughStep {
				break
			}
			content = append(append(content, encodeRow(r)...), '\n')
			lastStep = r.step()
		}
	}
	if err := atomicfile.WriteBytes(path, content); err != nil {
		return nil, err
	}
	file, err := disk.Open(path, os.O_WRONLY|os.O_APPEND)
	if err != nil {
		return nil, fmt.Errorf("open the training log: %w", err)
	}
	return &lineFile{file: file, lastStep: lastStep}, nil
}

// append writes one line in a single call, so that a crash tears at most the last line.
func (l *lineFile) append(r row) error {
	if r.step() <= l.lastStep {
		return fmt.Errorf("append step %d to %s: the last line already has step %d", r.step(), l.file.Name(), l.lastStep)
	}
	if _, err := l.file.Write(append(encodeRow(r), '\n')); err != nil {
		return fmt.Errorf("append step %d: %w", r.step(), err)
	}
	l.lastStep = r.step()
	return nil
}
