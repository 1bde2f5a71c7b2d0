package train

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"example.com/gonb-dpo/dpocore/card"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train/trained"
	"example.com/gonb-dpo/internal/sums"
)

// finish writes what PEFT loads to the run folder, and last of all marks the run as finished.
func (t *trainer) finish() error {
	values, err := t.finalAdapter()
	if err != nil {
		return err
	}
	if err := trained.Write(t.dir, t.config, t.model, t.layout, values, false); err != nil {
		return err
	}
	if err := t.model.Tokenizer.WriteFiles(t.dir); err != nil {
		return err
	}
	if err := t.log.Sync(); err != nil {
		return err
	}
	history, err := metrics.ReadHistory(t.dir)
	if err != nil {
		return err
	}
	if err := metrics.WriteTrainerState(filepath.Join(t.dir, run.TrainerStateFile), history, t.summary(true)); err != nil {
		return err
	}
	if err := t.writeSums(); err != nil {
		return err
	}
	if err := card.Write(t.dir); err != nil {
		return err
	}
	t.record.Finished = true
	if err := t.record.Write(t.dir); err != nil {
		return err
	}
	t.listener.Finished(Finish{Dir: t.dir, Seconds: time.Since(t.started).Seconds(), Actual: t.actual().String(), Expected: t.expected.String()})
	return nil
}

// reportFinished writes TensorBoard's file of a run that was finished before, if it is wanted.
func (t *trainer) reportFinished() error {
	if t.config.ReportTo != config.TensorBoard {
		return nil
	}
	return metrics.WriteEvents(t.dir, t.record.Config)
}

// writeSums writes the checksums by which a damaged file is found before it is used.
func (t *trainer) writeSums() error {
	var existing []string
	for _, name := range run.FinalFiles {
		if _, err := os.Stat(filepath.Join(t.dir, name)); err == nil {
			existing = append(existing, name)
		}
	}
	return sums.Write(t.dir, existing...)
}

// finalAdapter is the adapter of the last step or, with early stopping, of the best one.
func (t *trainer) finalAdapter() ([]float32, error) {
	best, loss, _ := t.best()
	if t.config.EarlyStopping == 0 || best == t.step {
		adapter, _, _, err := t.policy.Snapshot()
		return adapter, err
	}
	t.listener.Note(fmt.Sprintf("The held-out loss was lowest, %.4f, at step %d; the run ends after step %d with the weights of that step.", loss, best, t.step))
	c, err := run.ReadCheckpoint(t.dir, best, t.layout)
	return c.Adapter, err
}
