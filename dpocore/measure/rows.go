package measure

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/demand"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/encode"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/reference"
)

// RowPair is the result of one pair of a row: summed log-probabilities (nats) and mean logits of the chosen and the
// rejected answer.
type RowPair struct {
	Example           int        // index of the pair
	Policy, Reference [2]float32 // Reference is 0 if there is none
	MeanLogits        [2]float32
	Loss              float64    // 0 if the row was measured without a loss
	Entropy           [2]float32 // as in policy.Measured, like the next; 0 without a loss
	Likeliest         [2]float32
}

// PolicyFunc measures a row's answers under the policy, given the log-probabilities of the reference, [pairs].
type PolicyFunc func(row *batch.Row, reference [][2]float32) (policy.Measured, error)

// Rows measures rows under the reference, through its cache unless that is nil, and under the policy, through measurePolicy. each receives
// every pair, progress the number of rows done. Apart from rounding, results don't depend on how pairs are packed into
// rows.
func Rows(ctx context.Context, work *device.Worker, references *reference.Cache, rows []*batch.Row, progress func(done, total int), measurePolicy PolicyFunc, each func(RowPair)) error {
	for done, row := range rows {
		progress(done, len(rows))
		reference := make([][2]float32, len(row.Examples))
		if references != nil {
			var err error
			if reference, err = references.Await(ctx, work, row); err != nil {
				return err
			}
		}
		measured, err := device.Await(ctx, work, func() (policy.Measured, error) { return measurePolicy(row, reference) })
		if err != nil {
			return err
		}
		for i, example := range row.Examples {
			m := RowPair{Example: example, Policy: measured.LogProbs[i], Reference: reference[i]}
			if measured.MeanLogits != nil {
				m.MeanLogits = measured.MeanLogits[i]
			}
			if measured.Losses != nil {
				m.Loss, m.Entropy, m.Likeliest = float64(measured.Losses[i]), measured.Entropy[i], measured.Likeliest[i]
			}
			each(m)
		}
	}
	return nil
}

// PairsOf lists the pairs of examples before they are measured. Pairs with equal prompts have the same Prompt number; trained
// are the prompts that the policy was trained on.
func PairsOf(e encode.Examples, trained preference.PromptSet) []evaluation.Pair {
	pairs := make([]evaluation.Pair, len(e.List))
	prompts := map[string]int{}
	for i, example := range e.List {
		key := fmt.Sprint(example.Prompt)
		if _, known := prompts[key]; !known {
			prompts[key] = len(prompts)
		}
		pairs[i] = evaluation.Pair{
			Line: e.Pairs[i].Line, Source: e.Pairs[i].Source, Objective: e.Pairs[i].Objective, Prompt: prompts[key],
			Trained:      trained[e.Pairs[i].PromptHash()],
			TokensChosen: len(example.Chosen), TokensRejected: len(example.Rejected),
		}
	}
	return pairs
}

// Fill copies the result to an evaluated pair, whose margin is that of the rewards without beta.
func (m RowPair) Fill(pair *evaluation.Pair, reward loss.Reward) {
	scores := reward.Scores(m.Policy, m.Reference, [2]int{pair.TokensChosen, pair.TokensRejected})
	pair.LogpsChosen, pair.LogpsRejected = float64(m.Policy[0]), float64(m.Policy[1])
	pair.RefLogpsChosen, pair.RefLogpsRejected = float64(m.Reference[0]), float64(m.Reference[1])
	pair.Margin = scores[0] - scores[1]
}

// packFor packs a whole set into rows for a loaded model, which must have the memory for them.
func packFor(m *model.Model, list []batch.Example) ([]*batch.Row, error) {
	rows, err := Pack(list)
	if err != nil {
		return nil, err
	}
	return rows, demand.FreeOn(m.Backend()).CheckMeasuring(m.Weights().Config, rows)
}

// Pack packs a whole set into rows.
func Pack(list []batch.Example) ([]*batch.Row, error) {
	return batch.Pack(list, batch.Plan([][]batch.Example{list})...)
}
