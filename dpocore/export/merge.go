package export

import (
	"context"
	"fmt"
	"math"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/sums"
)

// mergeTolerance is how much the log-probabilities of short answers, in nats, may differ from those of the model with its
// adapter: by rounding in float32, and by the lower precision of the weights in the other types (0.02 in float16 and 0.2
// in bfloat16 were measured for SmolLM2-135M).
var mergeTolerance = map[string]float64{"float32": 1e-2, "float16": 0.1, "bfloat16": 1}

// Merge writes a model folder with the adapter of a PEFT folder merged into the weights, as dtype (float32, float16 or
// bfloat16). It compares the result with the model and its adapter: value by value, and the log-probabilities of two
// answers. If out already holds this merge, written is false. Temporary folders of killed merges into out are removed. When
// the context ends, Merge returns its error and leaves out as it was.
func Merge(ctx context.Context, m *model.Model, adapterDir, out, dtype string) (written bool, err error) {
	made, err := sourceOf(m, adapterDir, dtype)
	if err != nil {
		return false, fmt.Errorf("merge: %w", err)
	}
	if err := ClearMerge(out); err != nil {
		return false, fmt.Errorf("merge: %w", err)
	}
	exists, err := alreadyMerged(ctx, m, &made, out)
	if err != nil || exists {
		return false, err
	}
	if err := CheckPlace(m, adapterDir, out, dtype); err != nil {
		return false, err
	}
	if err := m.LoadForMerge(adapterDir); err != nil {
		return false, fmt.Errorf("merge: %w", err)
	}
	live, err := m.Policy(adapterDir)
	if err != nil {
		return false, fmt.Errorf("merge: %w", err)
	}
	defer m.Work.WhenIdle(live.Finalize)
	values, _, _, err := live.Snapshot()
	if err != nil {
		return false, fmt.Errorf("merge: %w", err)
	}
	row, err := testRow(m)
	if err != nil {
		return false, fmt.Errorf("merge: %w", err)
	}
	end, err := m.EndOfTurn()
	if err != nil {
		return false, fmt.Errorf("merge: %w", err)
	}
	check := func(dir string) error {
		_, err := device.Await(ctx, &m.Work, func() (struct{}, error) { return struct{}{}, checkMerged(m, live, row, dir, dtype) })
		return err
	}
	base := Model{Weights: m.Weights(), Layout: live.Layout, Adapter: values, Tokenizer: m.Tokenizer, EndOfTurn: end}
	return true, Write(ctx, MergedFolder, out, made, base, check)
}

// sourceOf describes a merge; the hash of the weights is missing.
func sourceOf(m *model.Model, adapterDir, dtype string) (made adapter.Merged, err error) {
	made = adapter.Merged{Base: m.BaseName(), DType: dtype}
	if made.Adapter, err = adapter.Hash(adapterDir); err != nil {
		return made, err
	}
	made.Folder, err = followed(adapterDir)
	return made, err
}

// alreadyMerged fills in the hash of the weights and reports whether a folder already holds this merge, undamaged.
func alreadyMerged(ctx context.Context, m *model.Model, made *adapter.Merged, out string) (exists bool, err error) {
	if made.Weights, err = device.Await(ctx, &m.Work, m.WeightsHash); err != nil {
		return false, fmt.Errorf("merge: %w", err)
	}
	if !adapter.ReadMerged(out).SameContent(*made) {
		return false, nil
	}
	return device.Await(ctx, &m.Work, func() (bool, error) { return sums.Check(out) == nil, nil })
}

// checkMerged loads the folder like any model and compares the log-probabilities of two answers with those of the live
// model. This detects weights with a wrong name or in a wrong order.
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
			return fmt.Errorf("the merged model in %s gives the %s answer of a test pair a log-probability of %.4f, but the model with its adapter gives %.4f",
				dir, name, got.LogProbs[0][side], want.LogProbs[0][side])
		}
	}
	return nil
}

// testRow is a row of one short pair.
func testRow(m *model.Model) (*batch.Row, error) {
	tokens, _, err := m.Chat.Pair(model.TestPair)
	if err != nil {
		return nil, err
	}
	rows, err := measure.Pack([]batch.Example{{Prompt: tokens.Prompt, Chosen: tokens.Chosen, Rejected: tokens.Rejected}})
	if err != nil {
		return nil, err
	}
	return rows[0], nil
}
