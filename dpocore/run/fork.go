package run

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/checkpoints"
	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/internal/sums"
	"example.com/gonb-dpo/internal/wording"
)

// Fork is where a run began that continues from another run's checkpoint with other settings.
type Fork struct {
	Run     string   `json:"run"` // folder of the other run, as given
	Step    int      `json:"step"`
	Adapter string   `json:"adapter_sha256"` // of the checkpoint's adapter
	Changes []string `json:"changes"`        // such as "beta: 0.1 → 0.3"
}

// String describes the fork: "step 20 of run, with beta: 0.1 → 0.3"; "" for nil.
func (f *Fork) String() string {
	switch {
	case f == nil:
		return ""
	case len(f.Changes) == 0:
		return fmt.Sprintf("step %d of %s, with the same settings", f.Step, f.Run)
	}
	return fmt.Sprintf("step %d of %s, with %s", f.Step, f.Run, strings.Join(f.Changes, ", "))
}

// Told is String for readers elsewhere, to whom the folder of the other run says nothing.
func (f *Fork) Told() string {
	told := *f
	told.Run = filepath.Base(f.Run)
	return told.String()
}

// At is the step of the fork; 0 for nil.
func (f *Fork) At() int {
	if f == nil {
		return 0
	}
	return f.Step
}

// PlanFork returns the record of a run with settings c that continues from a run's checkpoint, if there can be one.
func PlanFork(dir string, at int, c config.Config) (Record, error) {
	record, err := forkable(dir, at, &c)
	if err != nil {
		return record, fmt.Errorf("fork: %w", err)
	}
	sum, err := sums.Of(filepath.Join(checkpoints.Folder(dir, at), "adapter_model.safetensors"))
	if err != nil {
		return record, fmt.Errorf("fork: %w", err)
	}
	record.Fork = &Fork{Run: dir, Step: at, Adapter: sum, Changes: config.Changes(c, record.Config)}
	record.Config, record.Finished = c, false
	return record, nil
}

// StartFork makes the folder out a planned fork that has made the steps of the checkpoint. Training it resumes from there. A folder
// in which the same fork has begun stays as it is.
func (r Record) StartFork(out string) error { return r.startFork(r.Fork.Run, out) }

// RepeatFork makes the folder out begin as the forked run in dir began, from the checkpoint that it has kept.
func (r Record) RepeatFork(dir, out string) error {
	r.Finished = false
	return r.startFork(dir, out)
}

func (r Record) startFork(dir, out string) error {
	begun, exists, err := ReadRecord(out)
	switch {
	case err != nil:
		return err
	case exists && (begun.Fork == nil || begun.Fork.Adapter != r.Fork.Adapter || begun.Fork.Step != r.Fork.Step):
		return fmt.Errorf("fork: %s holds another run; choose another folder", out)
	case exists:
		return nil
	}
	return r.copyFork(checkpoints.Folder(dir, r.Fork.Step), out)
}

// forkable returns the record of a run that can be forked at a step with settings c, which it resolves.
func forkable(dir string, at int, c *config.Config) (Record, error) {
	if err := NotCheckpoint(dir); err != nil {
		return Record{}, fmt.Errorf("%w, and the step of the checkpoint", err)
	}
	record, ok, err := ReadRecord(dir)
	switch {
	case err != nil:
		return record, err
	case !ok:
		return record, fmt.Errorf("there is no run in %s; name a run folder that training created", dir)
	}
	if record.Config.Full {
		return record, fmt.Errorf("%s trains all weights, and forks are of adapters; start a new run from its model instead (--model %s)", dir, checkpoints.Folder(dir, at))
	}
	*c = c.Resolve(record.Train.Pairs)
	steps, err := checkpoints.Steps(dir)
	switch {
	case err != nil:
		return record, err
	case len(steps) == 0:
		return record, fmt.Errorf("%s has no checkpoint", dir)
	case !slices.Contains(steps, at):
		var names []string
		for _, step := range steps {
			names = append(names, fmt.Sprint(step))
		}
		return record, fmt.Errorf("%s has no checkpoint of step %d; choose %s (a run keeps more of them with a higher save_total_limit)", dir, at, wording.Or(names))
	case c.MaxSteps <= at:
		return record, fmt.Errorf("the fork at step %d is to have %s, so nothing is left to train; set the number of steps (max_steps) above %d", at, wording.Count(c.MaxSteps, "step"), at)
	}
	return record, config.CheckFork(*c, record.Config)
}

// copyFork makes the folder out a run of this record that has made the steps of a checkpoint, completely or not at all.
func (r Record) copyFork(checkpoint, out string) error {
	if _, err := os.Stat(out); err == nil {
		if err := onlyOurs(out); err != nil {
			return fmt.Errorf("fork: %w", err)
		}
	}
	above := filepath.Dir(filepath.Clean(out))
	if err := disk.MkdirAll(above); err != nil {
		return fmt.Errorf("fork: %w", err)
	}
	temp, err := disk.MkdirTemp(above, ".fork-*")
	if err != nil {
		return fmt.Errorf("fork: %w", err)
	}
	defer os.RemoveAll(temp) // already gone if all went well
	if err := r.fillFork(temp, checkpoint); err != nil {
		return fmt.Errorf("fork: %w", err)
	}
	if err := disk.RemoveAll(out); err != nil { // it is empty
		return fmt.Errorf("fork: %w", err)
	}
	if err := errors.Join(disk.Rename(temp, out), atomicfile.SyncDir(above)); err != nil {
		return fmt.Errorf("fork: %w", err)
	}
	return nil
}

func (r Record) fillFork(dir, checkpoint string) error {
	inside := checkpoints.Folder(dir, r.Fork.Step)
	entries, err := os.ReadDir(checkpoint)
	if err != nil {
		return fmt.Errorf("%w; the checkpoint of the fork is needed", err)
	}
	for _, entry := range entries {
		if err := copyFile(filepath.Join(checkpoint, entry.Name()), filepath.Join(inside, entry.Name())); err != nil {
			return err
		}
	}
	if err := checkSums(inside, false); err != nil {
		return fmt.Errorf("copy %s: %w", checkpoint, err)
	}
	for _, name := range logs {
		if _, err := os.Stat(filepath.Join(inside, name)); err != nil {
			continue
		}
		if err := copyFile(filepath.Join(inside, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	if err := errors.Join(r.Write(inside), sums.Remove(inside)); err != nil {
		return err
	}
	return errors.Join(sums.WriteAll(inside), r.Write(dir))
}

func copyFile(from, to string) error {
	file, err := os.Open(from)
	if err != nil {
		return err
	}
	defer file.Close()
	return atomicfile.Write(to, func(w io.Writer) error {
		_, err := bufio.NewReaderSize(file, 1<<20).WriteTo(w)
		return err
	})
}
