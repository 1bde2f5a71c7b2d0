package statistics

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func own(n int) []int {
	groups := make([]int, n)
	for i := range groups {
		groups[i] = i
	}
	return groups
}

func TestShareOfAllIsNotCertain(t *testing.T) {
	right := make([]bool, 20)
	for i := range right {
		right[i] = true
	}
	// Wilson's interval for 20 of 20 begins at 0.839, this one near it.
	e := Share(own(20), right)
	if e.Value != 1 || e.High != 1 || e.Low > 0.9 || e.Low < 0.7 {
		t.Errorf("20 right of 20: %v", e)
	}
}

// Means are over pairs: three pairs of one prompt count three times.
func TestMeanIsOverPairs(t *testing.T) {
	if e := Mean([]int{5, 5, 5, 9}, []float64{1, 1, 1, 0}); e.Value != 0.75 {
		t.Errorf("got %v", e)
	}
	if e := Ratio([]int{0, 1}, []float64{2, 4}, []float64{10, 20}); math.Abs(e.Value-0.2) > 1e-12 {
		t.Errorf("got %v", e)
	}
}

// One prompt alone says nothing about others.
func TestOneGroupHasNoInterval(t *testing.T) {
	if e := Mean([]int{3, 3}, []float64{1, 2}); e.Value != 1.5 || !math.IsInf(e.Low, -1) || !math.IsInf(e.High, 1) {
		t.Errorf("got %v", e)
	}
}

func TestSameFiguresSameInterval(t *testing.T) {
	values := []float64{1, 5, 2, 8, 3}
	if a, b := Mean(own(5), values), Mean(own(5), values); a != b {
		t.Errorf("%v and %v", a, b)
	}
}

func TestLengthControlled(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 0))
	const n = 2000
	longer := make([]float64, n)
	takesLonger, judges, both := make([]bool, n), make([]bool, n), make([]bool, n)
	accuracy := 0.0
	for i := range longer {
		longer[i] = 10 + 20*random.NormFloat64() // the chosen answer is mostly the longer one
		takesLonger[i] = longer[i] > 0
		judges[i] = random.Float64() < 0.8
		// θ = 1 and φ = 2: at equal lengths σ(1) = 0.731
		both[i] = random.Float64() < sigmoid(1+2*math.Tanh(longer[i]/20))
		if takesLonger[i] {
			accuracy += 1.0 / n
		}
	}
	if accuracy < 0.65 {
		t.Fatalf("the longer answer is right in %g only", accuracy)
	}
	for _, test := range []struct {
		name  string
		right []bool
		want  float64
	}{{"always takes the longer answer", takesLonger, 0.5}, {"does not look at length", judges, 0.8}, {"does both", both, 0.731}} {
		if e := LengthControlled(own(n), test.right, longer); math.Abs(e.Value-test.want) > 0.06 || e.Low > test.want || e.High < test.want {
			t.Errorf("a model that %s: %v, want %g", test.name, e, test.want)
		}
	}
	// The same on few pairs, four fifths of which have the longer answer chosen.
	few, takes := make([]float64, 30), make([]bool, 30)
	for i := range few {
		few[i] = 8
		if i%5 == 0 {
			few[i] = -8
		}
		takes[i] = few[i] > 0
	}
	if e := LengthControlled(own(30), takes, few); math.Abs(e.Value-0.5) > 0.02 {
		t.Errorf("30 pairs, always the longer answer: %v", e)
	}
	all := make([]bool, 20)
	for i := range all {
		all[i] = true
	}
	if e := LengthControlled(own(20), all, longer[:20]); !(e.Value > 0.9 && e.Value <= 1) {
		t.Errorf("all right: %v", e)
	}
	if e := LengthControlled(own(20), judges[:20], make([]float64, 20)); math.Abs(e.Value-plainMean(asNumbers(judges[:20]))) > 0.01 {
		t.Errorf("equal lengths: %v, the accuracy is %g", e, plainMean(asNumbers(judges[:20])))
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
	honest, boastful := make([]float64, n), make([]float64, n)
	for i := range honest {
		honest[i] = 1.5 * math.Abs(random.NormFloat64())
		if random.Float64() > sigmoid(honest[i]) {
			honest[i] = -honest[i]
		}
		boastful[i] = 4 * honest[i]
	}
	good, bad := Calibrate(own(n), honest), Calibrate(own(n), boastful)
	if good.Error > 0.03 || bad.Error < 0.1 || len(good.Bins) != mostBins {
		t.Errorf("expected calibration error %.3f honest, %.3f boastful, %d bins", good.Error, bad.Error, len(good.Bins))
	}
	if good.Brier.Value >= bad.Brier.Value || good.Brier.Value >= 0.25 {
		t.Errorf("Brier %.3f honest, %.3f boastful", good.Brier.Value, bad.Brier.Value)
	}
	pairs := 0
	for _, bin := range bad.Bins {
		pairs += bin.Pairs
	}
	if pairs != n {
		t.Errorf("the bins hold %d of %d pairs", pairs, n)
	}
	// The base model: every margin is 0, a coin toss that is never right.
	if c := Calibrate(own(5), make([]float64, 5)); c.Brier.Value != 0.25 || len(c.Bins) != 1 || c.Bins[0].Sureness != 0.5 {
		t.Errorf("without margins: %+v", c)
	}
}

// Twelve pairs differ, ten one way: McNemar's exact P is 2·(1 + 12 + 66)/2¹² = 0.03857.
func TestCompareIsMcNemar(t *testing.T) {
	first, second := make([]bool, 40), make([]bool, 40)
	for i := range 12 {
		first[i], second[i] = i < 10, i >= 10
	}
	for i := 12; i < 30; i++ {
		first[i], second[i] = true, true
	}
	d := Compare(own(40), first, second)
	if math.Abs(d.P-2*79.0/4096) > 1e-12 || d.Only != [2]int{10, 2} || d.Least != 8 || math.Abs(d.Accuracy.Value-0.2) > 1e-12 {
		t.Errorf("got %+v", d)
	}
	if d.Accuracy.Low <= 0 || d.Accuracy.High > 0.4 {
		t.Errorf("the interval of the difference is %v", d.Accuracy)
	}
	// The same pairs as two prompts, one all for the first run, one all for the second: two coins tell nothing.
	prompts := make([]int, 40)
	for i := range prompts {
		if i >= 10 {
			prompts[i] = 1
		}
	}
	if d := Compare(prompts, first, second); d.P < 0.4 {
		t.Errorf("two prompts give P %g", d.P)
	}
	if d := Compare(own(40), first, first); d.P != 1 || d.Accuracy.Value != 0 || d.Accuracy.Low > -0.02 || d.Accuracy.High < 0.02 {
		t.Errorf("a run beside itself: %+v", d)
	}
}

func TestRepetition(t *testing.T) {
	for text, want := range map[string]float64{
		"":                                 0,
		"One two three":                    0,
		"a b c d e f g h":                  0,
		"a b c d a b c d":                  0.2, // 1 of 5 runs stood there before
		"so it goes SO it goes so it goes": 0.5, // of six runs of four, three are new
		strings.Repeat("no ", 23):          0.95,
	} {
		if got := Repetition(text); math.Abs(got-want) > 1e-12 {
			t.Errorf("%q: got %g, want %g", text, got, want)
		}
	}
}
