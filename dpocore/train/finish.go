package train

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/internal/sums"
	"example.com/gonb-dpo/dpocore/run"
)

const TrainerStateFile = "trainer_state.json"

// finish leaves in the run folder what PEFT loads, and marks the run as finished, last of all.
func (t *trainer) finish() error {
	values, err := t.finalAdapter()
	if err != nil {
		return fmt.Errorf("finish the run: %w", err)
	}
	if err := adapter.Write(t.dir, t.layout, values, t.model.BaseName(), t.config.AdapterBin); err != nil {
		return fmt.Errorf("finish the run: %w", err)
	}
	if err := t.model.Tokenizer.WriteFiles(t.dir); err != nil {
		return fmt.Errorf("finish the run: %w", err)
	}
	if err := t.log.Sync(); err != nil {
		return fmt.Errorf("finish the run: %w", err)
	}
	history, err := metrics.ReadHistory(t.dir)
	if err != nil {
		return fmt.Errorf("finish the run: %w", err)
	}
	if err := metrics.WriteTrainerState(filepath.Join(t.dir, TrainerStateFile), history, t.summary(true)); err != nil {
		return fmt.Errorf("finish the run: %w", err)
	}
	if err := t.writeSums(); err != nil {
		return fmt.Errorf("finish the run: %w", err)
	}
	t.record.Finished = true
	if err := t.record.write(t.dir); err != nil {
		return fmt.Errorf("finish the run: %w", err)
	}
	t.listener.Finished(Finish{Dir: t.dir, Seconds: time.Since(t.begun).Seconds(), Taken: t.taken().String(), Expected: t.expected.String()})
	return nil
}

// finishedFiles are those of a finished run that nothing changes later.
var finishedFiles = []string{"adapter_config.json", "adapter_model.safetensors", "adapter_model.bin", "tokenizer.json", "tokenizer_config.json",
	"special_tokens_map.json", "chat_template.jinja", TrainerStateFile, metrics.StepsFile, metrics.EvaluationsFile,
	evaluation.PairsFile}

// writeSums writes the sums by which a damaged file is found before it is used.
func (t *trainer) writeSums() error {
	var there []string
	for _, name := range finishedFiles {
		if _, err := os.Stat(filepath.Join(t.dir, name)); err == nil {
			there = append(there, name)
		}
	}
	return sums.Write(t.dir, there...)
}

// finalAdapter is what the run has learned: the last step's adapter, or with early stopping the best one's.
func (t *trainer) finalAdapter() ([]float32, error) {
	best, loss, _ := t.best()
	if t.config.EarlyStopping == 0 || best == t.step {
		adapter, _, _, err := t.policy.Snapshot()
		return adapter, err
	}
	t.listener.Note(fmt.Sprintf("The held-out loss was lowest, %.4f, at step %d; the run ends after step %d with the adapter of that step.", loss, best, t.step))
	s, err := run.ReadCheckpoint(t.dir, best, t.layout)
	return s.Adapter, err
}
