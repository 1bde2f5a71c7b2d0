package policy_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"example.com/gonb-dpo/dpocore/batch"
)

// The tokens' sums are the pair's log-probabilities, with the adapter and without.
func TestTokensSumToThePair(t *testing.T) {
	list := examples(4, 21)
	p := tiny(t, trainedAdapter(t))
	row := pack(t, small, list)[0]
	for _, withAdapter := range []bool{true, false} {
		measure := p.Reference
		if withAdapter {
			measure = p.LogProbs
		}
		whole, err := measure(row)
		if err != nil {
			t.Fatal(err)
		}
		tokens, err := p.TokenLogProbs(row, withAdapter)
		if err != nil {
			t.Fatal(err)
		}
		for place, index := range row.Examples {
			for side, answer := range [][]int32{list[index].Chosen, list[index].Rejected} {
				if len(tokens[place][side]) != len(answer) {
					t.Fatalf("pair %d, answer %d has %d tokens and %d figures", index, side, len(answer), len(tokens[place][side]))
				}
				sum := 0.0
				for _, value := range tokens[place][side] {
					sum += float64(value)
				}
				within(t, named("sum", index), sum, float64(whole.LogProbs[place][side]), 1e-5)
			}
		}
	}
}

// A token's figure is its own: the first tokens of an answer have those of the same answer cut short after them.
func TestTokensStandInTheirOrder(t *testing.T) {
	whole := examples(1, 22)
	whole[0].Chosen = []int32{5, 6, 7, 8}
	short := slices.Clone(whole)
	short[0].Chosen = short[0].Chosen[:2]
	p := tiny(t, trainedAdapter(t))
	long, err := p.TokenLogProbs(pack(t, small, whole)[0], true)
	if err != nil {
		t.Fatal(err)
	}
	cut, err := p.TokenLogProbs(pack(t, small, short)[0], true)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		within(t, fmt.Sprintf("token %d", i), float64(cut[0][0][i]), float64(long[0][0][i]), 1e-5)
	}
}

// The divergence is 0 without an adapter and above it with one; it and the log-probabilities measured with it do not
// depend on what else is in the row.
func TestDivergence(t *testing.T) {
	list := examples(4, 23)
	row := pack(t, small, list)[0]
	p := tiny(t, nil)
	_, none, err := p.Divergence(row)
	if err != nil {
		t.Fatal(err)
	}
	p = tiny(t, trainedAdapter(t))
	plain, err := p.LogProbs(row)
	if err != nil {
		t.Fatal(err)
	}
	measured, together, err := p.Divergence(row)
	if err != nil {
		t.Fatal(err)
	}
	for place, index := range row.Examples {
		if measured.LogProbs[place] != plain.LogProbs[place] {
			t.Errorf("pair %d: log-probabilities %v beside the divergence, %v alone", index, measured.LogProbs[place], plain.LogProbs[place])
		}
		_, alone, err := p.Divergence(pack(t, batch.Shape{Tokens: 128, Answers: 64, Pairs: 1}, list[index:index+1])[0])
		if err != nil {
			t.Fatal(err)
		}
		for side := range 2 {
			within(t, named("divergence without an adapter", index), float64(none[place][side]), 0, 1e-5)
			within(t, named("divergence", index), float64(together[place][side]), float64(alone[0][side]), 1e-5)
			if !(together[place][side] > 1e-3) {
				t.Errorf("pair %d: divergence %g with an adapter", index, together[place][side])
			}
		}
	}
}

// Of one token's two distributions the divergence is Σ π·(log π − log π_ref), summed here over the whole vocabulary by
// asking for each token's log-probability in turn.
func TestDivergenceIsOverTheVocabulary(t *testing.T) {
	p := tiny(t, trainedAdapter(t))
	const vocabulary = 256
	prompt := []int32{3, 9, 4}
	want := 0.0
	for token := range int32(vocabulary) {
		row := pack(t, small, []batch.Example{{Prompt: prompt, Chosen: []int32{token}, Rejected: []int32{0}}})[0]
		own, err := p.LogProbs(row)
		if err != nil {
			t.Fatal(err)
		}
		base, err := p.Reference(row)
		if err != nil {
			t.Fatal(err)
		}
		mine, its := float64(own.LogProbs[0][0]), float64(base.LogProbs[0][0])
		want += math.Exp(mine) * (mine - its)
	}
	_, got, err := p.Divergence(pack(t, small, []batch.Example{{Prompt: prompt, Chosen: []int32{1}, Rejected: []int32{2}}})[0])
	if err != nil {
		t.Fatal(err)
	}
	within(t, "the divergence", float64(got[0][0]), want, 1e-5)
	within(t, "that of the other answer", float64(got[0][1]), want, 1e-5)
}
