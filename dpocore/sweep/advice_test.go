package sweep

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/evaluation/statistics"
)

// newRun returns a setting with one run on n pairs, one per prompt, of which those listed in wrong are ranked incorrectly. Correct pairs have
// a margin of gap, and every pair a divergence of kl nats per token.
func newRun(t *testing.T, name string, n int, gap, kl float64, wrong ...int) Setting {
	t.Helper()
	pairs := make([]evaluation.Pair, n)
	for i := range pairs {
		pairs[i] = evaluation.Pair{Line: i, Prompt: i, TokensChosen: 10, TokensRejected: 10, Margin: gap, LogpsChosen: gap / 2, KL: 20 * kl}
		if slices.Contains(wrong, i) {
			pairs[i].Margin = -gap
		}
	}
	return newSetting(t, name, pairs)
}

// newSetting returns a setting with a run for each list of pairs.
func newSetting(t *testing.T, name string, seeds ...[]evaluation.Pair) Setting {
	t.Helper()
	var runs []Run
	for seed, pairs := range seeds {
		run, err := Summarize(Point{Name: fmt.Sprintf("%s,seed-%d", name, seed), Setting: name, Config: config.Config{Seed: seed}}, pairs)
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, run)
	}
	settings, err := Settings(runs)
	if err != nil || len(settings) != 1 {
		t.Fatalf("%d settings, %v", len(settings), err)
	}
	return settings[0]
}

// first returns the numbers below n.
func first(n int) (list []int) {
	for i := range n {
		list = append(list, i)
	}
	return list
}

// order returns the names of the settings.
func order(runs []Setting) (list []string) {
	for _, run := range runs {
		list = append(list, run.Name)
	}
	return list
}

func TestSummarize(t *testing.T) {
	run := newRun(t, "a", 40, 2, 0.003, first(10)...)
	if run.Accuracy.Value != 0.75 || math.Abs(run.Gap.Value-1) > 1e-12 { // 30 of 40; (30·2 − 10·2)/40
		t.Errorf("accuracy %v, gap %v", run.Accuracy, run.Gap)
	}
	if math.Abs(run.KL.Value-0.003) > 1e-12 || run.Chosen.Value != 1 {
		t.Errorf("KL %v, chosen %v", run.KL, run.Chosen)
	}
	row := run.Row()
	if len(row) != len(Columns) || row[1] != "1" || row[2] != "75 %" || row[4] != "+1.00" || row[5] != "0.003" {
		t.Errorf("row %q", row)
	}
	if _, err := Summarize(Point{Name: "empty"}, nil); err == nil || !strings.HasPrefix(err.Error(), "empty: ") {
		t.Errorf("no pairs: %v", err)
	}
}

// The order must not depend on the reward margin, which is beta·gap: here worse runs have larger margins.
func TestSortIgnoresMargins(t *testing.T) {
	betas := map[string]float64{"best": 0.05, "gap": 0.1, "near": 0.3, "far": 0.5}
	runs := []Setting{
		newRun(t, "far", 20, 2, 0.02, first(5)...), newRun(t, "near", 20, 2, 0.01, first(5)...),
		newRun(t, "gap", 20, 3, 0.05, first(5)...), newRun(t, "best", 20, 1, 0.05, first(3)...),
	}
	Sort(runs)
	if got := order(runs); !slices.Equal(got, []string{"best", "gap", "near", "far"}) {
		t.Errorf("order %q", got)
	}
	margins := map[string]float64{}
	for _, run := range runs {
		margins[run.Name] = betas[run.Name] * run.Gap.Value
	}
	if margins["best"] >= margins["gap"] || margins["near"] >= margins["far"] {
		t.Fatalf("margins %v give the same order, so they test nothing", margins)
	}
}

func TestAdvice(t *testing.T) {
	for _, test := range []struct {
		name        string
		runs        []Setting
		recommended string
		summary     string
	}{
		{"none", nil, "", "No run has finished yet."},
		{"a single run", []Setting{newRun(t, "a", 40, 1, 0.01, first(8)...)}, "a", "a is the only finished run; it ranks 80 % (64 % to 89 %) of 40 held-out pairs correctly."},
		{"chance", []Setting{newRun(t, "a", 40, 1, 0.01, first(18)...), newRun(t, "b", 40, 1, 0.01, first(20)...)}, "",
			"No run is better than chance on the 40 held-out pairs: the best, a, ranks 55 % (39 % to 70 %) of them correctly; hold out more pairs, or train for more steps."},
		{"worse than chance", []Setting{newRun(t, "a", 40, 1, 0.01, first(22)...)}, "",
			"No run is better than chance on the 40 held-out pairs: the best, a, ranks 45 % (30 % to 59 %) of them correctly; train for more steps, or on more pairs."},
		// One pair differs: P = 1. With an added pair for each run, the differences of 42 pairs are 1, 1, −1 and 0, and their mean has a standard
		// error of √((3−1/42)/(42·41)) = 4.2 points; times the 97.5 % and 90 % quantiles of Student's t, 2.02 + 1.30, that is 14 points. Half of it
		// takes four times as many pairs, a little less because t's quantiles fall.
		{"similar", []Setting{newRun(t, "a", 40, 1, 0.01, first(8)...), newRun(t, "b", 40, 1, 0.002, first(9)...)}, "",
			"No difference that 40 pairs can show: the 2 settings rank 78 % to 80 % correctly, and the first and the last disagree on 1 (P = 1); a difference of 14 points would be found four times in five, and 115 more pairs would show one of 7; b has moved least from the reference and a most (KL 0.002 and 0.01 nats per token)."},
		{"identical", []Setting{newRun(t, "a", 40, 2, 0.01, 1, 2), newRun(t, "b", 40, 1, 0.0105, 1, 2)}, "",
			"No difference that 40 pairs can show: the 2 settings rank 95 % correctly; a difference of 11 points would be found four times in five, and 115 more pairs would show one of 6; all have moved about as far from the reference (KL 0.0105 nats per token)."},
		// Only the first run ranks 12 pairs correctly: P = 2·2⁻¹² = 0.00049.
		{"better", []Setting{newRun(t, "a", 40, 1, 0.01), newRun(t, "b", 40, 1, 0.01, first(12)...)}, "a",
			"Use a: it ranks 100 % of 40 held-out pairs correctly, more than b (P ≤ 0.00049)."},
		// c is worse than a, P = 3·2·2⁻¹⁰; b doesn't differ significantly from a, and has moved less.
		{"two similar", []Setting{newRun(t, "a", 40, 1, 0.01), newRun(t, "b", 40, 1, 0.001, 39), newRun(t, "c", 40, 1, 0.1, first(10)...)}, "b",
			"Use b: it ranks 98 % of 40 held-out pairs correctly, and of the 2 runs without a significant difference it has moved least (KL 0.001 nats per token); a ranks more pairs correctly than c (P ≤ 0.0059, corrected for 3 pairwise comparisons)."},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Advise(test.runs)
			if err != nil || got.Recommended != test.recommended || !strings.HasPrefix(got.Summary, test.summary) {
				t.Errorf("%v: recommended %q, summary\n%s\nwant\n%s", err, got.Recommended, got.Summary, test.summary)
			}
		})
	}
}

// Six pairs that only one run ranks correctly are significant for two runs (P = 0.031), but not after correction for the six
// pairwise comparisons of four runs.
func TestCorrectionForPairwiseComparisons(t *testing.T) {
	two := []Setting{newRun(t, "a", 40, 1, 0.01), newRun(t, "b", 40, 1, 0.01, first(6)...)}
	if got, _ := Advise(two); got.Recommended != "a" {
		t.Errorf("two runs: %s", got.Summary)
	}
	four := append(two, newRun(t, "c", 40, 1, 0.01, first(6)...), newRun(t, "d", 40, 1, 0.01, first(6)...))
	if got, _ := Advise(four); got.Recommended != "" {
		t.Errorf("four runs: %s", got.Summary)
	}
}

func TestDifferentPairsAreRejected(t *testing.T) {
	a, b := newRun(t, "a", 40, 1, 0.01), newRun(t, "b", 40, 1, 0.01)
	b.Runs[0].Pairs[3].Line = 99
	if _, err := Advise([]Setting{a, b}); err == nil || !strings.Contains(err.Error(), "compare a with b: ") {
		t.Errorf("got %v", err)
	}
}

// Five equally good runs give no recommendation in at least 95 % of sweeps, although the best of them was selected.
func TestChanceGivesNoRecommendation(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 0))
	recommended := 0
	const sweeps = 200
	for range sweeps {
		var runs []Setting
		for r := range 5 {
			pairs := make([]evaluation.Pair, 60)
			for i := range pairs {
				pairs[i] = evaluation.Pair{Line: i, Prompt: i, Margin: 1, KL: 1, TokensChosen: 1}
				if random.Float64() > 0.8 {
					pairs[i].Margin = -1
				}
			}
			name := string(rune('a' + r))
			runs = append(runs, Setting{Name: name, Seeds: 1, Runs: []Run{{Name: name, Pairs: pairs}}, Replicated: evaluation.Replicated{Accuracy: share(pairs)}})
		}
		Sort(runs)
		if got, err := Advise(runs); err != nil || got.Recommended != "" {
			recommended++
		}
	}
	if recommended > sweeps/20 {
		t.Errorf("%d of %d sweeps of equal runs gave a recommendation", recommended, sweeps)
	}
}

// share returns the accuracy with an interval of ±0.1.
func share(pairs []evaluation.Pair) statistics.Estimate {
	correct := 0.0
	for _, p := range pairs {
		if p.Correct() {
			correct++
		}
	}
	value := correct / float64(len(pairs))
	return statistics.Estimate{Value: value, Low: value - 0.1, High: value + 0.1}
}

// With several seeds a setting is compared over seeds and pairs: what only one seed of three shows is luck, what all show is not.
func TestAdviceSeparatesSettingsFromSeeds(t *testing.T) {
	pairs := func(wrong ...int) []evaluation.Pair {
		return newRun(t, "", 60, 1, 0.01, wrong...).Runs[0].Pairs
	}
	advise := func(worse Setting) Advice {
		t.Helper()
		settings := []Setting{newSetting(t, "a", pairs(1), pairs(2), pairs(3)), worse}
		Sort(settings)
		got, err := Advise(settings)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	lucky := advise(newSetting(t, "b", pairs(first(45)...), pairs(2), pairs(3)))
	if lucky.Recommended != "" || !strings.HasPrefix(lucky.Summary, "No difference that 60 pairs and 3 seeds can show: the 2 settings rank 74 % to 98 % correctly, and the first and the last disagree on 44 (P = 0.") ||
		!strings.Contains(lucky.Summary, "; seeds of the same setting differ by 29.9 points (standard deviation); ") {
		t.Errorf("one unlucky seed: %s", lucky.Summary)
	}
	all := advise(newSetting(t, "b", pairs(first(15)...), pairs(first(16)...), pairs(first(17)...)))
	if all.Recommended != "a" || !strings.HasPrefix(all.Summary, "Use a: it ranks 98 % of 60 held-out pairs with 3 seeds correctly, more than b (P ≤ ") {
		t.Errorf("three bad seeds: %s", all.Summary)
	}
}

// Answers of all seeds to the same prompts are two more columns; a setting with other answers has none.
func TestAnswersOfSettings(t *testing.T) {
	report := func(prompt, text string, tokens int) *evaluation.AnswerReport {
		r := evaluation.SummarizeAnswers([]evaluation.AnswerPair{{Prompt: prompt, Run: evaluation.Answer{Text: text, Tokens: tokens}}, {Prompt: "b", Run: evaluation.Answer{Text: "b", Tokens: 1}}}, 64)
		return &r
	}
	pairs := newRun(t, "", 10, 1, 0.01).Runs[0].Pairs
	settings := []Setting{newSetting(t, "same", pairs, pairs), newSetting(t, "other", pairs, pairs)}
	for i := range settings {
		s := &settings[i]
		s.Runs[0].Answers = report("a", "one two three four one two three four", 8)
		s.Runs[1].Answers = report([]string{"a", "c"}[i], "one", 4)
		s.summarizeAnswers()
	}
	r := Record{Settings: settings}
	if rows := r.Table(); len(r.Columns()) != 9 || !slices.Equal(rows[0][7:], []string{"4", "5 %"}) || !slices.Equal(rows[1][7:], []string{"", ""}) { // (8+1+4+1)/4 = 3.5 tokens; one of 5 4-grams is repeated in one of 4 answers
		t.Errorf("columns %q, rows %q", r.Columns(), r.Table())
	}
	if r.Settings = nil; len(r.Columns()) != 7 {
		t.Errorf("without settings: %q", r.Columns())
	}
}

// Runs can fail so that two settings have no seed in common, or be missing while others are trained elsewhere. The rest is compared all the
// same, and the sentence names what is not.
func TestAdviceWithoutCommonSeed(t *testing.T) {
	pairs := func(wrong int) []evaluation.Pair { return newRun(t, "a", 40, 1, 0.01, first(wrong)...).Runs[0].Pairs }
	a, b, c := newSetting(t, "a", pairs(0), pairs(0)), newSetting(t, "b", pairs(12), pairs(12)), newSetting(t, "c", pairs(5))
	c.Runs[0].Seed = 7
	advice, err := Advise([]Setting{a, c, b})
	if err != nil || advice.Recommended != "a" || !strings.HasPrefix(advice.Summary, "Use a: ") || !strings.HasSuffix(advice.Summary, ". Not compared with c, without a finished run of the same seed; run the sweep again.") {
		t.Errorf("advice %+v, error %v", advice, err)
	}
	const want = "a ranks 100 % (89 % to 100 %) of 40 held-out pairs with 2 seeds correctly. Not compared with c, without a finished run of the same seed; run the sweep again."
	if advice, err := Advise([]Setting{a, c}); err != nil || advice.Recommended != "" || advice.Summary != want {
		t.Errorf("advice %+v, error %v", advice, err)
	}
}
