package gpureport

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/gomlx/compute/dtypes"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/selftest"
)

// SelfTest is the task that writes a selftest.Report.
const SelfTest = "self-test"

// task is what a child process does.
type task struct {
	Name      string `json:"name"`
	Model     string `json:"model,omitempty"`
	Precision string `json:"precision,omitempty"`
	Dir       string `json:"dir,omitempty"`   // of a run
	Steps     int    `json:"steps,omitempty"` // after which a run ends its process; 0 for its end
}

// tasks return what they found, which is written as JSON.
var tasks = map[string]func(context.Context, task) (any, error){
	"record":    func(context.Context, task) (any, error) { return compareRecord() },
	"gradients": func(_ context.Context, t task) (any, error) { return gradients(t) },
	"train":     func(ctx context.Context, t task) (any, error) { return trainSteps(ctx, t) },
	"answers":   func(ctx context.Context, t task) (any, error) { return answer(ctx, t) },
}

// Child does a task and writes what it found to out. text is SelfTest or a task in JSON.
func Child(ctx context.Context, text string, out io.Writer) error {
	if text == SelfTest {
		return selftest.Write(out)
	}
	var t task
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		return fmt.Errorf("read the task: %w", err)
	}
	do, ok := tasks[t.Name]
	if !ok {
		return fmt.Errorf("unknown task %q", t.Name)
	}
	found, err := do(ctx, t)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(found)
}

func compareRecord() (selftest.Differences, error) {
	backend, err := device.Open()
	if err != nil {
		return selftest.Differences{}, err
	}
	defer backend.Finalize()
	return selftest.CompareRecord(backend, selftest.RecordedSteps)
}

// gradientPairs is the number of built-in pairs whose gradients are compared.
const gradientPairs = 4

func gradients(t task) (found selftest.Agreement, err error) {
	m, err := model.Open(t.Model)
	if err != nil {
		return found, err
	}
	defer m.Close()
	pairs, _, err := preference.Builtin()
	if err != nil {
		return found, err
	}
	encoder := m.Encoder(config.Default().MaxLength)
	var examples []batch.Example
	for _, pair := range pairs.Pairs[:gradientPairs] {
		encoded, err := encoder.Encode(&pair)
		if err != nil {
			return found, err
		}
		examples = append(examples, encoded.Example)
	}
	backend, err := device.Open()
	if err != nil {
		return found, err
	}
	defer backend.Finalize()
	half := dtypes.Float16
	if t.Precision == "bfloat16" {
		half = dtypes.BFloat16
	}
	return selftest.Gradients(backend, m.Path, examples, half)
}
