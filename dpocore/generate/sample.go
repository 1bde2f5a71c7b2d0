package generate

import (
	"cmp"
	"errors"
	"math"
	"math/rand/v2"
	"slices"

	"example.com/gonb-dpo/internal/finite"
)

// sampler draws the tokens of one sample. Each sample has a separate random stream, so that its text does not depend
// on how many others are drawn with it.
type sampler struct {
	temperature, topP float64
	topK              int
	penalty           *penalty // nil without one
	random            *rand.Rand
	weights           []float64   // scratch, [vocabulary]
	nucleus           []candidate // scratch
}

// candidate is a token with its weight exp((logit − maximum logit)/temperature).
type candidate struct {
	token  int32
	weight float64
}

func newSampler(o Options, prompt []int32, sample int) *sampler {
	return &sampler{temperature: o.temperature(sample), topP: o.TopP, topK: o.TopK, penalty: newPenalty(o.RepetitionPenalty, prompt),
		random: rand.New(rand.NewPCG(o.Seed, uint64(sample)))}
}

var errNotFinite = errors.New("the model's logits are not finite numbers; its weights or the adapter are broken")

// pick chooses the next token from logits [vocabulary].
func (s *sampler) pick(logits []float32) (int32, error) {
	if s.penalty == nil {
		return s.choose(logits)
	}
	token, err := s.choose(s.penalty.apply(logits))
	if err == nil {
		s.penalty.add(token)
	}
	return token, err
}

// choose draws from logits that the penalty has gone over.
func (s *sampler) choose(logits []float32) (int32, error) {
	best := 0
	for i, logit := range logits {
		switch {
		case !finite.Is(float64(logit)):
			return 0, errNotFinite
		case logit > logits[best]:
			best = i
		}
	}
	if s.temperature == 0 {
		return int32(best), nil
	}
	sum := s.weigh(logits, logits[best])
	if s.topP < 1 {
		return s.fromNucleus(sum), nil
	}
	return s.fromAll(sum), nil
}

// weigh fills weights and returns their sum. The maximum weight is 1, so that no temperature, however low, overflows.
// Tokens that top-k leaves out weigh 0.
func (s *sampler) weigh(logits []float32, maximum float32) (sum float64) {
	threshold := float32(math.Inf(-1))
	if s.topK > 0 && s.topK < len(logits) {
		threshold = kthLargest(logits, s.topK)
	}
	s.weights = s.weights[:0]
	for _, logit := range logits {
		weight := 0.0
		if logit >= threshold {
			weight = math.Exp((float64(logit) - float64(maximum)) / s.temperature)
		}
		s.weights = append(s.weights, weight)
		sum += weight
	}
	return sum
}

func (s *sampler) fromAll(sum float64) int32 {
	last, rest := 0, s.random.Float64()*sum
	for i, weight := range s.weights {
		if weight == 0 {
			continue
		}
		last = i
		if rest -= weight; rest < 0 {
			break
		}
	}
	return int32(last)
}

// fromNucleus draws from the likeliest tokens alone.
func (s *sampler) fromNucleus(sum float64) int32 {
	nucleus, mass := s.cut(sum)
	rest := s.random.Float64() * mass
	for _, c := range nucleus {
		if rest -= c.weight; rest < 0 {
			return c.token
		}
	}
	return nucleus[len(nucleus)-1].token
}

// cut returns the nucleus, the fewest likeliest tokens whose probabilities reach top-p (Holtzman et al. 2019,
// https://arxiv.org/abs/1904.09751), likeliest first, with the sum of their weights.
//
// Only candidates are sorted, not the vocabulary: of a token with less than (1−p)/(vocabulary−1) of the mass, it and all
// tokens below it hold less than 1−p together, so that the nucleus is full before it comes.
func (s *sampler) cut(sum float64) (nucleus []candidate, mass float64) {
	cutoff := min(1, sum*(1-s.topP)/float64(len(s.weights)-1)) // the likeliest token has weight 1
	s.nucleus = s.nucleus[:0]
	for i, weight := range s.weights {
		if weight >= cutoff {
			s.nucleus = append(s.nucleus, candidate{int32(i), weight})
		}
	}
	slices.SortFunc(s.nucleus, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.token, b.token))
	})
	size := 0
	for size < len(s.nucleus) && mass < s.topP*sum {
		mass += s.nucleus[size].weight
		size++
	}
	return s.nucleus[:size], mass
}
