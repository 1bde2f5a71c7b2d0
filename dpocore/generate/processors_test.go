package generate

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"example.com/gonb-dpo/internal/tinymodel"
)

// TestCandidates lists the tokens that may be drawn, with their probabilities, from 0.1, 0.3, 0.2, 0.2, 0.2.
func TestCandidates(t *testing.T) {
	logits := logsOf(0.1, 0.3, 0.2, 0.2, 0.2)
	for _, test := range []struct {
		name string
		topK int
		topP float64
		want []float64
	}{
		{"top-k 1", 1, 1, []float64{0, 1, 0, 0, 0}},
		{"top-k 2 keeps those as likely as the second", 2, 1, []float64{0, 0.3 / 0.9, 0.2 / 0.9, 0.2 / 0.9, 0.2 / 0.9}},
		{"top-k 4 ends with the ties", 4, 1, []float64{0, 0.3 / 0.9, 0.2 / 0.9, 0.2 / 0.9, 0.2 / 0.9}},
		{"top-k 5 is all", 5, 1, []float64{0.1, 0.3, 0.2, 0.2, 0.2}},
		{"top-k above the vocabulary", 9, 1, []float64{0.1, 0.3, 0.2, 0.2, 0.2}},
		{"top-k 0 is all", 0, 1, []float64{0.1, 0.3, 0.2, 0.2, 0.2}},
		// Of all, 0.3 + 0.2 = 0.5 falls short of 0.52 and 0.7 reaches it; of the 0.9 that top-k leaves, 0.3 + 0.2 is 0.556.
		{"top-p of all", 0, 0.52, []float64{0, 0.3 / 0.7, 0.2 / 0.7, 0.2 / 0.7, 0}},
		{"top-p of what top-k leaves", 2, 0.52, []float64{0, 0.6, 0.4, 0, 0}},
		{"top-p within the likeliest", 3, 0.3, []float64{0, 1, 0, 0, 0}},
	} {
		s := newSampler(Options{Temperature: 1, TopK: test.topK, TopP: test.topP}, nil, 0)
		if got := s.probabilities(logits); !near(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// probabilities are those with which the sampler draws.
func (s *sampler) probabilities(logits []float32) []float64 {
	sum := s.weigh(logits, slices.Max(logits))
	list := make([]float64, len(logits))
	if s.topP == 1 {
		for i, weight := range s.weights {
			list[i] = weight / sum
		}
		return list
	}
	nucleus, mass := s.cut(sum)
	for _, c := range nucleus {
		list[c.token] = c.weight / mass
	}
	return list
}

func near(got, want []float64) bool {
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-6 || (got[i] == 0) != (want[i] == 0) {
			return false
		}
	}
	return len(got) == len(want)
}

// TestOrderOfProcessors: with logits 4, 3, 2.9, −9, penalty 2 and token 0 in the prompt, the penalty comes first and
// leaves 2, 3, 2.9: top-k 2 are tokens 1 and 2, where it would be 0 and 1 if it came first. At temperature 1/2 they are
// as e^6 to e^5.8.
func TestOrderOfProcessors(t *testing.T) {
	s := newSampler(Options{Temperature: 0.5, TopK: 2, TopP: 1, RepetitionPenalty: 2}, []int32{0}, 0)
	got := s.probabilities(s.penalty.apply([]float32{4, 3, 2.9, -9}))
	if want := []float64{0, 1 / (1 + math.Exp(-0.2)), 1 / (1 + math.Exp(0.2)), 0}; !near(got, want) {
		t.Errorf("probabilities %v, want %v", got, want)
	}
}

// TestProcessorsEqualTransformers: the probabilities are those after RepetitionPenaltyLogitsProcessor,
// TemperatureLogitsWarper, TopKLogitsWarper and TopPLogitsWarper of transformers 5.23, in this order, for the same logits
// and the prompt 0, 1, 6, 6, 9.
func TestProcessorsEqualTransformers(t *testing.T) {
	logits, prompt := []float32{2.5, -1.25, 0.75, 2.5, 0, -3, 1.5, 1.4, -0.5, 0.25}, []int32{0, 1, 6, 6, 9}
	for _, test := range []struct {
		penalty, temperature float64
		topK                 int
		topP                 float64
		want                 []float64
	}{
		{1.3, 1, 0, 1, []float64{0.217673, 0.00626463, 0.0673511, 0.387579, 0.0318144, 0.00158395, 0.100863, 0.129014, 0.0192964, 0.0385604}},
		{1, 0.7, 1, 1, []float64{0.5, 0, 0, 0.5, 0, 0, 0, 0, 0, 0}},
		{1, 0.7, 0, 0.8, []float64{0.446498, 0, 0, 0.446498, 0, 0, 0.107004, 0, 0, 0}},
		{1.3, 0.7, 5, 0.9, []float64{0.244684, 0, 0, 0.55788, 0, 0, 0.0815378, 0.115898, 0, 0}},
		{1.7, 1.5, 6, 0.6, []float64{0.253786, 0, 0, 0.504095, 0, 0, 0, 0.242119, 0, 0}},
		{0.8, 0.9, 3, 0.7, []float64{0.666955, 0, 0, 0.333045, 0, 0, 0, 0, 0, 0}},
	} {
		o := Options{Temperature: test.temperature, TopK: test.topK, TopP: test.topP, RepetitionPenalty: test.penalty}
		s := newSampler(o, prompt, 0)
		after := logits
		if s.penalty != nil {
			after = s.penalty.apply(logits)
		}
		if got := s.probabilities(after); !near(got, test.want) {
			t.Errorf("%+v: %v, want %v", o, got, test.want)
		}
	}
}

func TestKthGreatest(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, size := range []int{1, 2, 7, 100, 1001} {
		values := make([]float32, size)
		for i := range values {
			values[i] = float32(random.IntN(size)) // with equal ones
		}
		order := slices.Sorted(slices.Values(values))
		for k := 1; k <= size+1; k += 1 + k/3 {
			if got, want := kthLargest(values, k), order[max(size-k, 0)]; got != want {
				t.Errorf("number %d of %d is %g, want %g", k, size, got, want)
			}
		}
	}
}

// TestSeedsAreIndependent takes the first draw of 40,000 seeds one after the other, through all processors, and the
// first of 40,000 samples of one seed. The penalty 2 makes logit ln 0.4 of half of it, so that the probabilities are 0.4,
// 0.3, 0.2, 0.1; top-k leaves the first three and top-p 0.95, which 0.7/0.9 falls short of, all of these. The standard
// deviation of a frequency is at most 0.0025, so that 0.0125 is five of them.
func TestSeedsAreIndependent(t *testing.T) {
	const draws = 40000
	half := float32(math.Log(0.4) / 2) // doubled by the penalty
	logits := []float32{half, float32(math.Log(0.3)), float32(math.Log(0.2)), float32(math.Log(0.1))}
	want := []float64{0.4 / 0.9, 0.3 / 0.9, 0.2 / 0.9, 0}
	for name, sampler := range map[string]func(i int) *sampler{
		"seeds":   func(i int) *sampler { return newSampler(everything(uint64(i)), []int32{0}, 0) },
		"samples": func(i int) *sampler { return newSampler(everything(9), []int32{0}, i) },
	} {
		got := make([]float64, 4)
		for i := range draws {
			token, err := sampler(i).pick(logits)
			if err != nil {
				t.Fatal(err)
			}
			got[token] += 1.0 / draws
		}
		for token := range want {
			if math.Abs(got[token]-want[token]) > 0.0125 || want[token] == 0 && got[token] > 0 {
				t.Errorf("%s: token %d came in %.4f of the draws, want %.4f", name, token, got[token], want[token])
			}
		}
	}
}

// everything sets each option that takes part in a draw.
func everything(seed uint64) Options {
	return Options{MaxNewTokens: 1, Temperature: 1, TopK: 3, TopP: 0.95, RepetitionPenalty: 2, Samples: 1, Seed: seed}
}

// TestProcessorsBesideOthers: with all processors a sample does not depend on those beside it, and none leaks its
// penalty into another's logits.
func TestProcessorsBesideOthers(t *testing.T) {
	g := tiny(t).generator(t, nil, nil)
	prompt, o := tinymodel.RandomTokens(20, 1), everything(3)
	o.MaxNewTokens, o.TopK, o.RepetitionPenalty = 30, 40, 1.3
	one := answer(t, g, prompt, o)
	o.Samples = 4
	if four := answer(t, g, prompt, o); !reflect.DeepEqual(four[:1], one) {
		t.Errorf("alone\n%v, of four\n%v", one[0], four[0])
	}
}
