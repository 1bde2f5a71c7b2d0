package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/internal/lock"
	"example.com/gonb-dpo/dpocore/config"
)

// lockFile is locked by the process that holds a run folder.
const LockFile = ".lock"

// differs names the first thing in which two runs differ that changes what is learned; "" where there is none.
func (r Record) differs(other Record) string {
	a, b := r.Config, other.Config
	if a.Precision == config.Auto {
		a.Precision = b.Precision // the run goes on in its own
	}
	for _, item := range []struct {
		name      string
		mine, its any
	}{
		{"precision", a.Precision, b.Precision},
		{"model", r.Model.Weights, other.Model.Weights},
		{"tokenizer", r.Model.Tokenizer, other.Model.Tokenizer},
		{"first adapter", r.Model.Adapter, other.Model.Adapter},
		{"beta", a.Beta, b.Beta}, {"label smoothing", a.LabelSmoothing, b.LabelSmoothing}, {"loss type", a.LossType, b.LossType},
		{"weight of fine-tuning", a.SFTWeight, b.SFTWeight},
		{"LoRA rank", a.LoRARank, b.LoRARank}, {"LoRA alpha", a.LoRAAlpha, b.LoRAAlpha},
		{"projections with LoRA", strings.Join(a.LoRA().Modules, ", "), strings.Join(b.LoRA().Modules, ", ")}, {"rank-stabilized scaling", a.RSLoRA, b.RSLoRA},
		{"learning rate", a.LearningRate, b.LearningRate}, {"scheduler", a.Scheduler, b.Scheduler}, {"warm-up", a.WarmupSteps, b.WarmupSteps},
		{"number of steps", a.MaxSteps, b.MaxSteps}, {"batch size", a.BatchSize, b.BatchSize},
		{"gradient accumulation", a.GradientAccumulation, b.GradientAccumulation}, {"greatest gradient norm", a.MaxGradNorm, b.MaxGradNorm},
		{"greatest length", a.MaxLength, b.MaxLength}, {"shuffling", a.Shuffle, b.Shuffle}, {"seed", a.Seed, b.Seed},
		{"early stopping", stopping(a), stopping(b)},
		{"mix of objectives", r.Mix.String(), other.Mix.String()},
		{"training pairs", r.Train.Tokens, other.Train.Tokens},
	} {
		if item.mine != item.its {
			return fmt.Sprintf("its %s is %v, this run's is %v", item.name, item.its, item.mine)
		}
	}
	return ""
}

// stopping is what early stopping looks at, and when.
func stopping(c config.Config) [2]int {
	if c.EarlyStopping == 0 {
		return [2]int{}
	}
	return [2]int{c.EarlyStopping, c.EvalSteps}
}

// claim takes a run folder for this process: it makes or locks it, and checks that no other run is there, unless that is
// to be overwritten. started says whether the same run has been begun before and goes on; then record is as it was left.
// Until [Record.begin] the folder holds what it held, but for what a killed process left half written, and release takes
// away what claim made where no run has begun.
func Claim(dir string, record *Record, overwrite bool, note func(string)) (release func(), started bool, err error) {
	_, statErr := os.Stat(dir)
	if err := disk.MkdirAll(dir); err != nil {
		return nil, false, fmt.Errorf("make the run folder: %w", err)
	}
	unlock, err := Lock(dir)
	if err != nil {
		return nil, false, err
	}
	giveBack := func() { leave(dir, statErr != nil, unlock) }
	defer func() {
		if err != nil {
			giveBack()
		}
	}()
	if err := tidy(dir); err != nil {
		return nil, false, err
	}
	before, started, damage, err := readRecord(dir)
	if damage != "" {
		note(damage)
	}
	switch {
	case err != nil:
		return nil, false, err
	case !started:
		return giveBack, false, onlyOurs(dir)
	case overwrite:
		return giveBack, false, nil
	}
	if difference := record.differs(before); difference != "" {
		return nil, false, fmt.Errorf("%s holds another run: %s; choose another folder, or overwrite it", dir, difference)
	}
	record.Finished, record.Config.Precision = before.Finished, before.Config.Precision
	return giveBack, true, nil
}

// leave gives a run folder back, and takes away what claim made where no run has begun in it.
func leave(dir string, made bool, unlock func()) {
	if _, err := os.Stat(filepath.Join(dir, RecordFile)); errors.Is(err, os.ErrNotExist) {
		disk.Remove(filepath.Join(dir, LockFile))
		if made {
			disk.Remove(dir) // stays where something lies in it
		}
	}
	unlock()
}

// begin writes the record of a run that is ready to compute; anew, without what the folder holds of an earlier run.
func (r Record) Begin(dir string, anew bool) error {
	if anew {
		if err := empty(dir); err != nil {
			return err
		}
	}
	return r.write(dir)
}

// empty removes a run from its folder, its record last, so that a folder that is half empty still is a run's.
func empty(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("empty the run folder: %w", err)
	}
	for _, entry := range entries {
		if name := entry.Name(); name != LockFile && name != RecordFile {
			if err := disk.RemoveAll(filepath.Join(dir, name)); err != nil {
				return fmt.Errorf("empty the run folder: %w", err)
			}
		}
	}
	return nil
}

// onlyOurs refuses a folder that holds something, but no run.
func onlyOurs(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("look into the run folder: %w", err)
	}
	for _, entry := range entries {
		if entry.Name() != LockFile {
			return fmt.Errorf("%s is not empty (it holds %s) and holds no run; choose another folder", dir, entry.Name())
		}
	}
	return nil
}

// ErrInUse is the error of a folder that another process has locked.
var ErrInUse = lock.ErrInUse

// lockFolder keeps other processes out of a run folder until release.
func Lock(dir string) (release func(), err error) {
	held, err := lock.File(filepath.Join(dir, LockFile))
	switch {
	case errors.Is(err, ErrInUse):
		return nil, fmt.Errorf("%s is %w; wait for it, or choose another folder", dir, err)
	case err != nil:
		return nil, fmt.Errorf("lock the run folder: %w", err)
	}
	return held.Release, nil
}

// version is this program's, as the build recorded it.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "unknown"
	}
	return info.Main.Version
}
