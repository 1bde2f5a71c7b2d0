package export

import (
	"context"
	"fmt"
	"math"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/sums"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/model"
)

// mergeTolerance is how far the log-probabilities of short answers, in nats, may be from those of the model with its
// adapter: rounding in float32, and what the weights lose in the half types (0.02 and 0.2 were seen in SmolLM2-135M).
var mergeTolerance = map[string]float64{"float32": 1e-2, "float16": 0.1, "bfloat16": 1}

// Merge writes a model folder with the adapter of a PEFT folder merged into the weights, as dtype (float32, float16 or
// bfloat16), and checks what it wrote against the model with the adapter: value by value, and by the log-probabilities
// of two answers. Where out holds this very merge, it is left alone and fresh is false. What earlier merges into out left
// beside it when they were killed is removed. When the context ends, Merge leaves nothing behind, and what lay in out
// stays as it was; the error's cause is the context's.
func Merge(ctx context.Context, m *model.Model, dir, out, dtype string) (fresh bool, err error) {
	made := export.Merged{DType: dtype}
	if made.Adapter, err = adapter.Hash(dir); err != nil {
		return false, fmt.Errorf("merge: %w", err)
	}
	if err := export.ClearMerge(out); err != nil {
		return false, fmt.Errorf("merge: %w", err)
	}
	there, err := merged(ctx, m, &made, out)
	if err != nil || there {
		return false, err
	}
	live, err := m.Policy(dir, config.Float32)
	if err != nil {
		return false, fmt.Errorf("merge: %w", err)
	}
	defer m.Work.Finish(live.Finalize)
	values, _, _, err := live.Snapshot()
	if err != nil {
		return false, fmt.Errorf("merge: %w", err)
	}
	row, err := trialRow(m)
	if err != nil {
		return false, fmt.Errorf("merge: %w", err)
	}
	check := func(dir string) error {
		_, err := device.Await(ctx, &m.Work, func() (struct{}, error) { return struct{}{}, checkMerged(m, live, row, dir, dtype) })
		return err
	}
	source := export.Model{Weights: m.Weights(), Layout: live.Layout, Adapter: values, Tokenizer: m.Tokenizer}
	return true, export.Write(ctx, export.MergedFolder, out, made, source, check)
}

// merged reports whether a folder holds a merge already, and completes what it is made of by the hash of the weights.
func merged(ctx context.Context, m *model.Model, made *export.Merged, out string) (there bool, err error) {
	if m.Weights() != nil {
		made.Weights = m.Weights().Hash
	} else if made.Weights, err = device.Await(ctx, &m.Work, func() (string, error) { return weights.Hash(m.Path) }); err != nil {
		return false, fmt.Errorf("merge: %w", err)
	}
	if export.ReadMerged(out) != *made {
		return false, nil
	}
	return device.Await(ctx, &m.Work, func() (bool, error) { return sums.Check(out) == nil, nil })
}

// checkMerged loads the folder as any model and compares two answers' log-probabilities with the live model's. Weights
// under another's name, or in another order, would show here.
func checkMerged(m *model.Model, live *policy.Policy, row *batch.Row, dir, dtype string) error {
	want, err := live.LogProbs(row)
	if err != nil {
		return err
	}
	loaded, err := weights.Load(m.Backend(), dir)
	if err != nil {
		return err
	}
	defer loaded.Finalize()
	merged, err := policy.New(m.Backend(), loaded, live.Layout, nil)
	if err != nil {
		return err
	}
	defer merged.Finalize()
	got, err := merged.Reference(row)
	if err != nil {
		return err
	}
	for side, name := range []string{"chosen", "rejected"} {
		gap := math.Abs(float64(got.LogProbs[0][side] - want.LogProbs[0][side]))
		if !(gap <= mergeTolerance[dtype]) {
			return fmt.Errorf("%s gives the %s answer of a trial pair a log-probability of %.4f where the model with its adapter gives %.4f",
				dir, name, got.LogProbs[0][side], want.LogProbs[0][side])
		}
	}
	return nil
}

// trialRow is one short pair in a row of its own.
func trialRow(m *model.Model) (*batch.Row, error) {
	tokens, _, err := m.Chat.Pair(preference.Pair{
		Prompt:   []preference.Turn{{Role: "user", Content: "What is the capital of France?"}},
		Chosen:   "The capital of France is Paris.",
		Rejected: "I don't know, look it up.",
	})
	if err != nil {
		return nil, err
	}
	pair := []batch.Example{{Prompt: tokens.Prompt, Chosen: tokens.Chosen, Rejected: tokens.Rejected}}
	rows, err := batch.Pack(pair, batch.Plan([][]batch.Example{pair})...)
	if err != nil {
		return nil, err
	}
	return rows[0], nil
}
