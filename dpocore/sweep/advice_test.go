package sweep

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/statistics"
)

// newRun returns a run with n pairs of different prompts. Those listed in wrong have the margin -gap, the others gap. Each
// answer has a KL of kl nats per token.
func newRun(t *testing.T, name string, n int, gap, kl float64, wrong ...int) Run {
	t.Helper()
	pairs := make([]evaluation.Pair, n)
	for i := range pairs {
		pairs[i] = evaluation.Pair{Line: i, Prompt: i, TokensChosen: 10, TokensRejected: 10, Margin: gap, LogpsChosen: gap / 2, KL: 20 * kl}
		if slices.Contains(wrong, i) {
			pairs[i].Margin = -gap
		}
	}
	run, err := Of(name, pairs)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// first returns the numbers below n.
func first(n int) (list []int) {
	for i := range n {
		list = append(list, i)
	}
	return list
}

func order(runs []Run) (list []string) {
	for _, run := range runs {
		list = append(list, run.Name)
	}
	return list
}

func TestOf(t *testing.T) {
	run := newRun(t, "a", 40, 2, 0.003, first(10)...)
	if run.Accuracy.Value != 0.75 || math.Abs(run.Gap.Value-1) > 1e-12 { // 30 of 40; (30·2 − 10·2)/40
		t.Errorf("accuracy %v, gap %v", run.Accuracy, run.Gap)
	}
	if math.Abs(run.KL.Value-0.003) > 1e-12 || run.Chosen.Value != 1 {
		t.Errorf("KL %v, chosen %v", run.KL, run.Chosen)
	}
	row := run.Row()
	if len(row) != len(Columns) || row[1] != "75 %" || row[3] != "+1.00" || row[4] != "0.003" {
		t.Errorf("the row is %q", row)
	}
	if _, err := Of("empty", nil); err == nil || !strings.HasPrefix(err.Error(), "empty: ") {
		t.Errorf("no pairs: %v", err)
	}
}

// The order must not follow the reward margin, beta·gap: here a worse run has the larger margin.
func TestCompareIgnoresMargins(t *testing.T) {
	betas := map[string]float64{"best": 0.05, "gap": 0.1, "near": 0.3, "far": 0.5}
	runs := []Run{
		newRun(t, "far", 20, 2, 0.02, first(5)...), newRun(t, "near", 20, 2, 0.01, first(5)...),
		newRun(t, "gap", 20, 3, 0.05, first(5)...), newRun(t, "best", 20, 1, 0.05, first(3)...),
	}
	Compare(runs)
	if got := order(runs); !slices.Equal(got, []string{"best", "gap", "near", "far"}) {
		t.Errorf("the order is %q", got)
	}
	margins := map[string]float64{}
	for _, run := range runs {
		margins[run.Name] = betas[run.Name] * run.Gap.Value
	}
	if margins["best"] >= margins["gap"] || margins["near"] >= margins["far"] {
		t.Fatalf("the margins %v would give the same order", margins)
	}
}

func TestAdvice(t *testing.T) {
	for _, test := range []struct {
		name    string
		runs    []Run
		choice  string
		summary string
	}{
		{"none", nil, "", "No run is finished yet."},
		{"a single one", []Run{newRun(t, "a", 40, 1, 0.01, first(8)...)}, "a", "a is the only finished run; it ranks 80 % of 40 held-out pairs correctly"},
		{"chance", []Run{newRun(t, "a", 40, 1, 0.01, first(18)...), newRun(t, "b", 40, 1, 0.01, first(20)...)}, "",
			"No run is better than chance on the 40 held-out pairs: the best, a, ranks 55 %"},
		// One pair differs: P = 1.
		{"similar", []Run{newRun(t, "a", 40, 1, 0.01, first(8)...), newRun(t, "b", 40, 1, 0.002, first(9)...)}, "",
			"40 pairs show no significant difference: the 2 runs rank 78 % to 80 % correctly, and the first and the last of them disagree on 1 (P = 1); b has moved least from the reference and a most (KL 0.002 and 0.01 nats per token)."},
		{"equal", []Run{newRun(t, "a", 40, 2, 0.01, 1, 2), newRun(t, "b", 40, 1, 0.0105, 1, 2)}, "",
			"40 pairs show no significant difference: the 2 runs rank 95 % correctly; all have moved about equally far from the reference (KL 0.0105 nats per token)."},
		// 12 pairs are ranked correctly by the first run alone: P = 2·2⁻¹² = 0.00049.
		{"better", []Run{newRun(t, "a", 40, 1, 0.01), newRun(t, "b", 40, 1, 0.01, first(12)...)}, "a",
			"Use a: it ranks 100 % of 40 held-out pairs correctly, more than b (P ≤ 0.00049)."},
		// c is worse than a, P = 3·2·2⁻¹⁰; b is not significantly worse than a, and has moved less.
		{"two similar", []Run{newRun(t, "a", 40, 1, 0.01), newRun(t, "b", 40, 1, 0.001, 39), newRun(t, "c", 40, 1, 0.1, first(10)...)}, "b",
			"Use b: it ranks 98 % of 40 held-out pairs correctly, and has moved least of the 2 runs that this many pairs can't tell apart (KL 0.001 nats per token); a ranks more correctly than c (P ≤ 0.0059, corrected for 3 pairwise comparisons)."},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Advise(test.runs)
			if err != nil || got.Choice != test.choice || !strings.HasPrefix(got.Summary, test.summary) {
				t.Errorf("%v: choice %q, summary\n%s\nwant\n%s", err, got.Choice, got.Summary, test.summary)
			}
		})
	}
}

// Six pairs that only one run ranks correctly are a significant difference between two runs, P = 0.031, but not among four
// runs with six pairwise comparisons.
func TestPairwiseComparisonsCount(t *testing.T) {
	two := []Run{newRun(t, "a", 40, 1, 0.01), newRun(t, "b", 40, 1, 0.01, first(6)...)}
	if got, _ := Advise(two); got.Choice != "a" {
		t.Errorf("of two runs: %s", got.Summary)
	}
	four := append(two, newRun(t, "c", 40, 1, 0.01, first(6)...), newRun(t, "d", 40, 1, 0.01, first(6)...))
	if got, _ := Advise(four); got.Choice != "" {
		t.Errorf("of four runs: %s", got.Summary)
	}
}

func TestDifferentPairsAreRejected(t *testing.T) {
	a, b := newRun(t, "a", 40, 1, 0.01), newRun(t, "b", 40, 1, 0.01)
	b.Pairs[3].Line = 99
	if _, err := Advise([]Run{a, b}); err == nil || !strings.Contains(err.Error(), "compare a with b: ") {
		t.Errorf("got %v", err)
	}
}

// In at least 95 % of sweeps, equally good runs give no advice, although the best of five is tested.
func TestChanceGivesNoAdvice(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 0))
	advised := 0
	const sweeps = 200
	for range sweeps {
		var runs []Run
		for r := range 5 {
			pairs := make([]evaluation.Pair, 60)
			for i := range pairs {
				pairs[i] = evaluation.Pair{Line: i, Prompt: i, Margin: 1, KL: 1, TokensChosen: 1}
				if random.Float64() > 0.8 {
					pairs[i].Margin = -1
				}
			}
			runs = append(runs, Run{Name: string(rune('a' + r)), Pairs: pairs, Accuracy: share(pairs)})
		}
		Compare(runs)
		if got, err := Advise(runs); err != nil || got.Choice != "" {
			advised++
		}
	}
	if advised > sweeps/20 {
		t.Errorf("%d of %d sweeps of equal runs gave advice", advised, sweeps)
	}
}

// share is the accuracy with an interval of ±0.1.
func share(pairs []evaluation.Pair) statistics.Estimate {
	right := 0.0
	for _, p := range pairs {
		if p.Right() {
			right++
		}
	}
	value := right / float64(len(pairs))
	return statistics.Estimate{Value: value, Low: value - 0.1, High: value + 0.1}
}
