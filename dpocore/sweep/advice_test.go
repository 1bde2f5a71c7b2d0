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

// made are n pairs, each of a prompt of its own, of which those listed in wrong are ranked wrong. A right one has gained
// gap, and each has moved by kl nats a token.
func made(t *testing.T, name string, n int, gap, kl float64, wrong ...int) Run {
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

// first are the numbers below n.
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
	run := made(t, "a", 40, 2, 0.003, first(10)...)
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

// The order must not follow the reward margin, which is beta·gap: here it is the greater, the worse the run.
func TestCompareIgnoresMargins(t *testing.T) {
	betas := map[string]float64{"best": 0.05, "gap": 0.1, "near": 0.3, "far": 0.5}
	runs := []Run{
		made(t, "far", 20, 2, 0.02, first(5)...), made(t, "near", 20, 2, 0.01, first(5)...),
		made(t, "gap", 20, 3, 0.05, first(5)...), made(t, "best", 20, 1, 0.05, first(3)...),
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
		t.Fatalf("by the margins %v the order would be the same", margins)
	}
}

func TestAdvice(t *testing.T) {
	for _, test := range []struct {
		name string
		runs []Run
		take string
		says string
	}{
		{"none", nil, "", "No run is finished yet."},
		{"a single one", []Run{made(t, "a", 40, 1, 0.01, first(8)...)}, "a", "a is the only finished run; it ranks 80 % of 40 held-out pairs right"},
		{"chance", []Run{made(t, "a", 40, 1, 0.01, first(18)...), made(t, "b", 40, 1, 0.01, first(20)...)}, "",
			"No run is better than chance on the 40 held-out pairs: the best, a, ranks 55 %"},
		// One pair differs: P = 1.
		{"alike", []Run{made(t, "a", 40, 1, 0.01, first(8)...), made(t, "b", 40, 1, 0.002, first(9)...)}, "",
			"No difference that 40 pairs can show: the 2 runs rank 78 % to 80 % right, and the first and the last of them disagree on 1 (P = 1); b has moved least from the reference and a most (KL 0.002 and 0.01 nats a token)."},
		{"the very same", []Run{made(t, "a", 40, 2, 0.01, 1, 2), made(t, "b", 40, 1, 0.0105, 1, 2)}, "",
			"No difference that 40 pairs can show: the 2 runs rank 95 % right; all have moved about as far from the reference (KL 0.0105 nats a token)."},
		// 12 pairs are right in the first alone: P = 2·2⁻¹² = 0.00049.
		{"better", []Run{made(t, "a", 40, 1, 0.01), made(t, "b", 40, 1, 0.01, first(12)...)}, "a",
			"Take a: it ranks 100 % of 40 held-out pairs right, more than b (P ≤ 0.00049)."},
		// c is worse than a, P = 3·2·2⁻¹⁰; b can't be told from a, and has moved less.
		{"two alike", []Run{made(t, "a", 40, 1, 0.01), made(t, "b", 40, 1, 0.001, 39), made(t, "c", 40, 1, 0.1, first(10)...)}, "b",
			"Take b: it ranks 98 % of 40 held-out pairs right, and of the 2 runs that so many pairs can't tell apart it has moved least (KL 0.001 nats a token); a ranks more right than c (P ≤ 0.0059, all 3 couples of runs counted)."},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Advise(test.runs)
			if err != nil || got.Take != test.take || !strings.HasPrefix(got.Summary, test.says) {
				t.Errorf("%v: take %q, says\n%s\nwant\n%s", err, got.Take, got.Summary, test.says)
			}
		})
	}
}

// Six pairs that one run alone ranks right are a difference between two runs, P = 0.031; among the six couples of four
// runs they are none.
func TestCouplesCount(t *testing.T) {
	two := []Run{made(t, "a", 40, 1, 0.01), made(t, "b", 40, 1, 0.01, first(6)...)}
	if got, _ := Advise(two); got.Take != "a" {
		t.Errorf("of two runs: %s", got.Summary)
	}
	four := append(two, made(t, "c", 40, 1, 0.01, first(6)...), made(t, "d", 40, 1, 0.01, first(6)...))
	if got, _ := Advise(four); got.Take != "" {
		t.Errorf("of four runs: %s", got.Summary)
	}
}

func TestOtherPairsAreRefused(t *testing.T) {
	a, b := made(t, "a", 40, 1, 0.01), made(t, "b", 40, 1, 0.01)
	b.Pairs[3].Line = 99
	if _, err := Advise([]Run{a, b}); err == nil || !strings.Contains(err.Error(), "compare a with b: ") {
		t.Errorf("got %v", err)
	}
}

// Runs that learn equally well give no advice in at least 95 % of sweeps, although the best of five is looked at.
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
		if got, err := Advise(runs); err != nil || got.Take != "" {
			advised++
		}
	}
	if advised > sweeps/20 {
		t.Errorf("%d of %d sweeps of equal runs gave advice", advised, sweeps)
	}
}

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
