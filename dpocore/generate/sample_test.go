package generate

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func logsOf(probabilities ...float64) []float32 {
	logits := make([]float32, len(probabilities))
	for i, p := range probabilities {
		logits[i] = float32(math.Log(p)) + 3 // a constant changes nothing
	}
	return logits
}

// TestFrequencies draws often from known probabilities. With 40,000 draws a frequency's standard deviation is at most
// 0.0025, so that 0.0125 is five of them.
func TestFrequencies(t *testing.T) {
	logits := logsOf(0.05, 0.5, 0.15, 0.3)
	square := 0.05*0.05 + 0.5*0.5 + 0.15*0.15 + 0.3*0.3
	for _, test := range []struct {
		name              string
		temperature, topP float64
		want              [4]float64
	}{
		{"greedy", 0, 1, [4]float64{0, 1, 0, 0}},
		{"all", 1, 1, [4]float64{0.05, 0.5, 0.15, 0.3}},
		{"temperature 1/2 squares", 0.5, 1, [4]float64{0.0025 / square, 0.25 / square, 0.0225 / square, 0.09 / square}},
		{"temperature next to 0", 1e-300, 1, [4]float64{0, 1, 0, 0}},
		{"0.5 and 0.3 reach 0.7", 1, 0.7, [4]float64{0, 0.625, 0, 0.375}},
		{"0.5, 0.3 and 0.15 reach 0.81", 1, 0.81, [4]float64{0, 0.5 / 0.95, 0.15 / 0.95, 0.3 / 0.95}},
		{"0.96 needs all", 1, 0.96, [4]float64{0.05, 0.5, 0.15, 0.3}},
		{"top-p next to 0", 1, 1e-300, [4]float64{0, 1, 0, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSampler(Options{Temperature: test.temperature, TopP: test.topP, Seed: 5}, nil, 0)
			var counts [4]float64
			const draws = 40000
			for range draws {
				token, err := s.pick(logits)
				if err != nil {
					t.Fatal(err)
				}
				counts[token]++
			}
			for token, want := range test.want {
				got := counts[token] / draws
				if math.Abs(got-want) > 0.0125 || (want == 0) != (got == 0) {
					t.Errorf("token %d came in %.4f of the draws, want %.4f", token, got, want)
				}
			}
		})
	}
}

// TestNucleusEqualsFullSort compares with the definition: sort the whole vocabulary, take the fewest that reach top-p.
func TestNucleusEqualsFullSort(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 2))
	for _, topP := range []float64{1e-9, 0.1, 0.5, 0.9, 0.999, 1 - 1e-12} {
		for _, spread := range []float64{0, 0.1, 3} { // 0: all are equal
			logits := make([]float32, 1000)
			for i := range logits {
				logits[i] = float32(spread * random.NormFloat64())
			}
			s := newSampler(Options{Temperature: 1, TopP: topP}, nil, 0)
			sum := s.weigh(logits, slices.Max(logits))
			var want []int32
			order := sorted(s.weights)
			for mass := 0.0; len(want) < len(order) && mass < topP*sum; {
				token := order[len(want)]
				mass += s.weights[token]
				want = append(want, token)
			}
			nucleus, _ := s.cut(sum)
			var got []int32
			for _, c := range nucleus {
				got = append(got, c.token)
			}
			if !slices.Equal(got, want) {
				t.Errorf("top-p %g, spread %g: the nucleus is the %d tokens %v, want the %d tokens %v", topP, spread, len(got), got, len(want), want)
			}
		}
	}
}

// sorted lists all tokens, heaviest first, equal ones in the order of their ids.
func sorted(weights []float64) []int32 {
	order := make([]int32, len(weights))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(weights[b], weights[a]) })
	return order
}

func TestOneToken(t *testing.T) {
	for _, topP := range []float64{0.5, 1} {
		s := newSampler(Options{Temperature: 1, TopP: topP}, nil, 0)
		if token, err := s.pick([]float32{3}); err != nil || token != 0 {
			t.Errorf("top-p %g of one token: %d, %v", topP, token, err)
		}
	}
}

func TestBrokenLogits(t *testing.T) {
	for _, broken := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, temperature := range []float64{0, 1} {
			s := newSampler(Options{Temperature: temperature, TopP: 1}, nil, 0)
			if _, err := s.pick([]float32{1, float32(broken)}); err == nil {
				t.Errorf("logit %g at temperature %g gave no error", broken, temperature)
			}
		}
	}
}

// BenchmarkPick draws from SmolLM2's vocabulary size.
func BenchmarkPick(b *testing.B) {
	random := rand.New(rand.NewPCG(2, 2))
	logits := make([]float32, 49152)
	for i := range logits {
		logits[i] = float32(2 * random.NormFloat64())
	}
	s := newSampler(Options{Temperature: 0.8, TopP: 0.9}, nil, 0)
	for b.Loop() {
		if _, err := s.pick(logits); err != nil {
			b.Fatal(err)
		}
	}
}
