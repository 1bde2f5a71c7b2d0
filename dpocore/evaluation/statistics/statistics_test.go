package statistics

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// separate returns n groups of one pair each.
func separate(n int) []int {
	groups := make([]int, n)
	for i := range groups {
		groups[i] = i
	}
	return groups
}

func TestShareOfAllHasUncertainty(t *testing.T) {
	correct := make([]bool, 20)
	for i := range correct {
		correct[i] = true
	}
	// Wilson's interval for 20 of 20 starts at 0.839; this one starts nearby.
	e := Share(separate(20), correct)
	if e.Value != 1 || e.High != 1 || e.Low > 0.9 || e.Low < 0.7 {
		t.Errorf("20 correct of 20: %v", e)
	}
}

// Means are over pairs, so three pairs of one prompt count three times.
func TestMeanIsOverPairs(t *testing.T) {
	if e := Mean([]int{5, 5, 5, 9}, []float64{1, 1, 1, 0}); e.Value != 0.75 {
		t.Errorf("got %v", e)
	}
	if e := Ratio([]int{0, 1}, []float64{2, 4}, []float64{10, 20}); math.Abs(e.Value-0.2) > 1e-12 {
		t.Errorf("got %v", e)
	}
}

// A single prompt says nothing about others.
func TestOneGroupIsUnbounded(t *testing.T) {
	if e := Mean([]int{3, 3}, []float64{1, 2}); e.Value != 1.5 || !math.IsInf(e.Low, -1) || !math.IsInf(e.High, 1) {
		t.Errorf("got %v", e)
	}
}

func TestIntervalIsDeterministic(t *testing.T) {
	values := []float64{1, 5, 2, 8, 3}
	if a, b := Mean(separate(5), values), Mean(separate(5), values); a != b {
		t.Errorf("%v and %v", a, b)
	}
}

func TestLengthControlled(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 0))
	const n = 2000
	lengthDiffs := make([]float64, n)
	longest, unbiased, both := make([]bool, n), make([]bool, n), make([]bool, n)
	accuracy := 0.0
	for i := range lengthDiffs {
		lengthDiffs[i] = 10 + 20*random.NormFloat64() // the chosen answer is usually longer
		longest[i] = lengthDiffs[i] > 0
		unbiased[i] = random.Float64() < 0.8
		// θ = 1 and φ = 2, so the result is σ(1) = 0.731
		both[i] = random.Float64() < sigmoid(1+2*math.Tanh(lengthDiffs[i]/20))
		if longest[i] {
			accuracy += 1.0 / n
		}
	}
	if accuracy < 0.65 {
		t.Fatalf("the longer answer is chosen in only %g of the pairs", accuracy)
	}
	for _, test := range []struct {
		name    string
		correct []bool
		want    float64
	}{{"always prefers the longer answer", longest, 0.5}, {"ignores length", unbiased, 0.8}, {"does some of both", both, 0.731}} {
		if e := LengthControlled(separate(n), test.correct, lengthDiffs); math.Abs(e.Value-test.want) > 0.06 || e.Low > test.want || e.High < test.want {
			t.Errorf("a model that %s: %v, want %g", test.name, e, test.want)
		}
	}
	// The same with few pairs, in four fifths of which the chosen answer is longer.
	fewDiffs, prefersLonger := make([]float64, 30), make([]bool, 30)
	for i := range fewDiffs {
		fewDiffs[i] = 8
		if i%5 == 0 {
			fewDiffs[i] = -8
		}
		prefersLonger[i] = fewDiffs[i] > 0
	}
	if e := LengthControlled(separate(30), prefersLonger, fewDiffs); math.Abs(e.Value-0.5) > 0.02 {
		t.Errorf("30 pairs, always the longer answer: %v", e)
	}
	all := make([]bool, 20)
	for i := range all {
		all[i] = true
	}
	if e := LengthControlled(separate(20), all, lengthDiffs[:20]); !(e.Value > 0.9 && e.Value <= 1) {
		t.Errorf("all correct: %v", e)
	}
	if e := LengthControlled(separate(20), unbiased[:20], make([]float64, 20)); math.Abs(e.Value-plainMean(asNumbers(unbiased[:20]))) > 0.01 {
		t.Errorf("equal lengths: %v, the accuracy is %g", e, plainMean(asNumbers(unbiased[:20])))
	}
}

func asNumbers(list []bool) []float64 {
	values := make([]float64, len(list))
	for i, yes := range list {
		if yes {
			values[i] = 1
		}
	}
	return values
}

func TestCalibration(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 0))
	const n = 5000
	calibrated, overconfident := make([]float64, n), make([]float64, n)
	for i := range calibrated {
		calibrated[i] = 1.5 * math.Abs(random.NormFloat64())
		if random.Float64() > sigmoid(calibrated[i]) {
			calibrated[i] = -calibrated[i]
		}
		overconfident[i] = 4 * calibrated[i]
	}
	good, bad := Calibrate(separate(n), calibrated), Calibrate(separate(n), overconfident)
	if good.Error > 0.03 || bad.Error < 0.1 || len(good.Bins) != maxBins {
		t.Errorf("expected calibration error: %.3f calibrated, %.3f overconfident, %d bins", good.Error, bad.Error, len(good.Bins))
	}
	if good.Brier.Value >= bad.Brier.Value || good.Brier.Value >= 0.25 {
		t.Errorf("Brier score: %.3f calibrated, %.3f overconfident", good.Brier.Value, bad.Brier.Value)
	}
	pairs := 0
	for _, bin := range bad.Bins {
		pairs += bin.Pairs
	}
	if pairs != n {
		t.Errorf("the bins contain %d of %d pairs", pairs, n)
	}
	// The base model: every margin is 0, which is no confidence and never correct.
	if c := Calibrate(separate(5), make([]float64, 5)); c.Brier.Value != 0.25 || len(c.Bins) != 1 || c.Bins[0].Confidence != 0.5 {
		t.Errorf("without margins: %+v", c)
	}
}

// Twelve pairs differ, ten of them in favour of the first run: McNemar's exact P is 2·(1 + 12 + 66)/2¹² = 0.03857.
func TestCompareIsMcNemar(t *testing.T) {
	first, second := make([]bool, 40), make([]bool, 40)
	for i := range 12 {
		first[i], second[i] = i < 10, i >= 10
	}
	for i := 12; i < 30; i++ {
		first[i], second[i] = true, true
	}
	d := Compare(separate(40), first, second)
	if math.Abs(d.P-2*79.0/4096) > 1e-12 || d.Only != [2]int{10, 2} || d.MinSurplus != 8 || math.Abs(d.Accuracy.Value-0.2) > 1e-12 {
		t.Errorf("got %+v", d)
	}
	if d.Accuracy.Low <= 0 || d.Accuracy.High > 0.4 {
		t.Errorf("the interval of the difference is %v", d.Accuracy)
	}
	// The same pairs as two prompts, one in favour of each run: two coin tosses show nothing.
	prompts := make([]int, 40)
	for i := range prompts {
		if i >= 10 {
			prompts[i] = 1
		}
	}
	if d := Compare(prompts, first, second); d.P < 0.4 {
		t.Errorf("two prompts: P is %g", d.P)
	}
	if d := Compare(separate(40), first, first); d.P != 1 || d.Accuracy.Value != 0 || d.Accuracy.Low > -0.02 || d.Accuracy.High < 0.02 {
		t.Errorf("a run compared with itself: %+v", d)
	}
}

func TestRepetition(t *testing.T) {
	for text, want := range map[string]float64{
		"":                                 0,
		"One two three":                    0,
		"a b c d e f g h":                  0,
		"a b c d a b c d":                  0.2, // 1 of 5 4-grams is a repetition
		"so it goes SO it goes so it goes": 0.5, // 3 of 6 4-grams are repetitions
		strings.Repeat("no ", 23):          0.95,
	} {
		if got := Repetition(text); math.Abs(got-want) > 1e-12 {
			t.Errorf("%q: got %g, want %g", text, got, want)
		}
	}
}
