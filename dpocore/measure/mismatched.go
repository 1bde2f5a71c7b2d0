package measure

import (
	"context"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/reference"
)

// Mismatched gives each prompt the answers to the one before it, the first those to the last. As a whole these are the prompts and
// answers that TRL takes for KTO: it has the good answers of a batch of pairs before the bad ones, and rotates them by one.
func Mismatched(examples []batch.Example, maxLength int) []batch.Example {
	list := make([]batch.Example, len(examples))
	for i, e := range examples {
		other, room := examples[(i+len(examples)-1)%len(examples)], maxLength-len(e.Prompt)
		cut := func(answer []int32) []int32 { return answer[:min(len(answer), room)] }
		list[i] = batch.Example{Prompt: e.Prompt, Chosen: cut(other.Chosen), Rejected: cut(other.Rejected)}
	}
	return list
}

// LogRatio is the mean log-ratio of the answers of examples, in nats; of mismatched ones it is KTO's estimate of the divergence from
// the reference, unless that is negative. rows have the examples.
func LogRatio(ctx context.Context, work *device.Worker, p *policy.Policy, references *reference.Cache, examples []batch.Example, rows []*batch.Row) (float64, error) {
	sum, answers := 0.0, 0
	measurePolicy := func(row *batch.Row, _ [][2]float32) (policy.Measured, error) { return p.LogProbs(row) }
	err := Rows(ctx, work, references, rows, func(int, int) {}, measurePolicy, func(m RowPair) {
		for side, answer := range [2][]int32{examples[m.Example].Chosen, examples[m.Example].Rejected} {
			if len(answer) > 0 {
				sum += float64(m.Policy[side]) - float64(m.Reference[side])
				answers++
			}
		}
	})
	return sum / float64(answers), err
}
