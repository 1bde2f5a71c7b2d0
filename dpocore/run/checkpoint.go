package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
	"example.com/gonb-dpo/dpocore/whole"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/checkpoints"
	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/internal/sums"
)

const (
	optimizerFile = "optimizer.safetensors"
	positionFile  = "position.json"

	// TrainerStateFile is in a run folder and in each checkpoint, as transformers writes it.
	TrainerStateFile = "trainer_state.json"
)

// Position is where a run is between two steps, apart from the adapter and its optimizer. The order of the data follows
// from the seed and the step, and nothing else in training is random.
type Position struct {
	Step      int   `json:"step"`
	Epoch     int   `json:"epoch"`      // of the next pairs
	NextPair  int   `json:"next_pair"`  // position in the epoch's order
	Seed      int   `json:"seed"`       // together with the epoch the random state
	NumTokens int64 `json:"num_tokens"` // tokens trained on
	Updates   int   `json:"updates"`    // optimizer steps, without those that were skipped

	LossScale      float64 `json:"loss_scale"`
	LossScaleSteps int     `json:"loss_scale_steps"` // steps for which the scale has been in use
}

// Checkpoint is what training resumes from: the position, the adapter and AdamW's two moments, each of the adapter's size.
type Checkpoint struct {
	Position
	Adapter, Mean, Variance []float32
}

// WriteCheckpoint adds checkpoint-N to a run folder atomically, and removes old checkpoints except the latest ones, the
// best, and that of a fork. A checkpoint takes 12 bytes per value of the adapter. write writes the adapter, or the model that is trained
// whole, to a folder.
func WriteCheckpoint(dir string, record Record, s Checkpoint, write func(folder string, values []float32) error, summary metrics.Summary) error {
	final := checkpoints.Folder(dir, s.Step)
	temp := filepath.Join(dir, "."+filepath.Base(final))
	if err := disk.RemoveAll(temp); err != nil {
		return fmt.Errorf("write a checkpoint: %w", err)
	}
	defer os.RemoveAll(temp) // already gone if all went well
	if err := fillCheckpoint(temp, dir, record, s, write, summary); err != nil {
		return fmt.Errorf("write a checkpoint: %w", err)
	}
	return moveIn(dir, temp, final, record.Config.KeepCheckpoints, summary.BestStep, record.Fork.At())
}

// fillCheckpoint writes the files of a checkpoint of the run in dir to the folder temp.
func fillCheckpoint(temp, dir string, record Record, s Checkpoint, write func(string, []float32) error, summary metrics.Summary) error {
	if err := write(temp, s.Adapter); err != nil {
		return err
	}
	vector := func(name string, values []float32) safetensors.Tensor {
		return safetensors.Tensor{Name: name, Shape: []int{len(values)}, Values: func() ([]float32, error) { return values, nil }}
	}
	err := safetensors.Write(filepath.Join(temp, optimizerFile), "F32",
		[]safetensors.Tensor{vector("exp_avg", s.Mean), vector("exp_avg_sq", s.Variance)})
	if err != nil {
		return err
	}
	if err := atomicfile.WriteJSON(filepath.Join(temp, positionFile), s.Position); err != nil {
		return err
	}
	history, err := metrics.ReadHistory(dir)
	if err != nil {
		return err
	}
	if err := metrics.WriteTrainerState(filepath.Join(temp, TrainerStateFile), history, summary); err != nil {
		return err
	}
	if err := copyLogs(dir, temp); err != nil {
		return err
	}
	if err := record.Write(temp); err != nil {
		return err
	}
	return sums.WriteAll(temp)
}

// moveIn gives a complete checkpoint its name and removes checkpoints that are no longer needed.
func moveIn(dir, temp, final string, limit int, keep ...int) error {
	if err := disk.RemoveAll(final); err != nil {
		return fmt.Errorf("write a checkpoint: %w", err)
	}
	if err := errors.Join(disk.Rename(temp, final), atomicfile.SyncDir(dir)); err != nil {
		return fmt.Errorf("write a checkpoint: %w", err)
	}
	steps, err := checkpoints.Steps(dir)
	if err != nil {
		return err
	}
	for _, step := range steps[:max(0, len(steps)-limit)] {
		if slices.Contains(keep, step) {
			continue
		}
		if err := disk.RemoveAll(checkpoints.Folder(dir, step)); err != nil {
			return fmt.Errorf("remove an old checkpoint: %w", err)
		}
	}
	return nil
}

// NotCheckpoint returns an error if a folder is a checkpoint, where a run is needed.
func NotCheckpoint(dir string) error {
	whole, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	_, fileErr := os.Stat(filepath.Join(dir, positionFile))
	if fileErr != nil || !checkpoints.IsName(filepath.Base(whole)) {
		return nil
	}
	return fmt.Errorf("%s is a checkpoint; name its run, %s", dir, filepath.Join(dir, ".."))
}

// checkpointFiles are what a run resumes from; they must be unchanged. What is trained is in the first two.
func checkpointFiles(allWeights bool) []string {
	trained := []string{"adapter_config.json", "adapter_model.safetensors"}
	if allWeights {
		trained = []string{whole.ConfigFile, whole.WeightsFile}
	}
	return append(trained, optimizerFile, positionFile, RecordFile, TrainerStateFile, metrics.StepsFile, metrics.EvaluationsFile)
}

// ReadCheckpoint reads the checkpoint of a step. The error wraps [sums.ErrDamaged] if it is damaged.
func ReadCheckpoint(dir string, step int, layout decoder.Layout) (s Checkpoint, err error) {
	path := checkpoints.Folder(dir, step)
	if err := checkSums(path, layout.Whole()); err != nil {
		return Checkpoint{}, fmt.Errorf("resume from %s: %w", path, err)
	}
	raw, err := os.ReadFile(filepath.Join(path, positionFile))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("resume from %s: %w", path, err)
	}
	if err := json.Unmarshal(raw, &s.Position); err != nil {
		return Checkpoint{}, fmt.Errorf("resume from %s: %w", path, err)
	}
	if s.Adapter, err = ReadTrained(path, layout); err != nil {
		return Checkpoint{}, fmt.Errorf("resume from %s: %w", path, err)
	}
	file, err := safetensors.Open(filepath.Join(path, optimizerFile))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("resume from %s: %w", path, err)
	}
	defer file.Close()
	for name, to := range map[string]*[]float32{"exp_avg": &s.Mean, "exp_avg_sq": &s.Variance} {
		if *to, err = file.Read(name); err != nil {
			return Checkpoint{}, fmt.Errorf("resume from %s: %w", path, err)
		}
	}
	return s, nil
}

// ReadTrained reads the values of the adapter in a folder, or of the model that is trained whole.
func ReadTrained(path string, layout decoder.Layout) ([]float32, error) {
	if layout.Whole() {
		return whole.Read(path, layout.Slots())
	}
	return adapter.ReadValues(path, layout)
}

// checkSums verifies the checksums of a checkpoint's files.
func checkSums(path string, allWeights bool) error {
	if !sums.Has(path) {
		return fmt.Errorf("it is %w: it has no %s", sums.ErrDamaged, sums.Name)
	}
	return sums.CheckAll(path, checkpointFiles(allWeights)...)
}
