package policy_test

import (
	"testing"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/internal/shared"
)

// TestPackedRowsOnTheRealModel measures pairs eight to a row of 2,048 tokens: they must have the results of
// TRL, which puts each answer into a separate padded sequence.
func TestPackedRowsOnTheRealModel(t *testing.T) {
	if testing.Short() {
		t.Skip("two long rows on the real model take a quarter of a minute")
	}
	const first, end, perRow = 8, 24, 8 // pairs 8 to 15 are 1,282 tokens, 16 to 23 are 1,361
	list := readLines[parityPair](t, shared.Path(t, "parity/pairs.jsonl"))
	p := parityPolicy(t)
	for begin := first; begin < end; begin += perRow {
		var examples []batch.Example
		for _, pair := range list[begin : begin+perRow] {
			examples = append(examples, batch.Example{Prompt: pair.Prompt, Chosen: pair.Chosen, Rejected: pair.Rejected})
		}
		for _, row := range pack(t, batch.Shape{Tokens: 2048, Answers: 1024, Pairs: perRow}, examples) {
			t.Logf("a row of %d pairs with %d tokens", len(row.Examples), row.Used())
			got, err := p.Reference(row)
			if err != nil {
				t.Fatal(err)
			}
			for place, index := range row.Examples {
				pair := list[begin+index]
				within(t, named("log-probability of chosen", begin+index), float64(got.LogProbs[place][0]), pair.RefChosen, looseTolerance)
				within(t, named("log-probability of rejected", begin+index), float64(got.LogProbs[place][1]), pair.RefReject, looseTolerance)
			}
		}
	}
}
