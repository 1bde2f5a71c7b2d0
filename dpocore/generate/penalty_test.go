package generate

import (
	"slices"
	"testing"

	"example.com/gonb-dpo/internal/tinymodel"
)

// TestRepetitionPenalty: with factor 2 a positive logit of a seen token is halved and a negative one doubled, once.
func TestRepetitionPenalty(t *testing.T) {
	logits := []float32{4, -4, 3, -1, 0, 1}
	for _, test := range []struct {
		name   string
		factor float64
		prompt []int32
		then   []int32
		want   []float32
	}{
		{"positive and negative", 2, []int32{0, 1}, nil, []float32{2, -8, 3, -1, 0, 1}},
		{"0 stays 0", 2, []int32{4}, nil, []float32{4, -4, 3, -1, 0, 1}},
		{"seen three times", 2, []int32{0, 0}, []int32{0}, []float32{2, -4, 3, -1, 0, 1}},
		{"prompt and generated", 4, []int32{3}, []int32{2, 5}, []float32{4, -4, 0.75, -4, 0, 0.25}},
		{"below 1 favours repetition", 0.5, []int32{0, 1}, nil, []float32{8, -2, 3, -1, 0, 1}},
	} {
		p := newPenalty(test.factor, test.prompt)
		for _, token := range test.then {
			p.add(token)
		}
		given := slices.Clone(logits)
		if got := p.apply(given); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
		if !slices.Equal(given, logits) {
			t.Errorf("%s: the logits given became %v; other samples read them too", test.name, given)
		}
	}
	for _, factor := range []float64{0, 1} {
		if newPenalty(factor, []int32{1}) != nil {
			t.Errorf("penalty %g is not none", factor)
		}
	}
}

// TestGreedyWithPenalty draws three times from the same logits 6, 5, 4.5, −1 with factor 1.3 and token 1 in the prompt.
// Token 1 has 5/1.3 = 3.85, so 0 comes and then has 6/1.3 = 4.62, still the largest; it is not penalized again.
// With factor 1.4 it has 6/1.4 = 4.29, and 2 comes, which then has 4.5/1.4 = 3.21: 0 again.
func TestGreedyWithPenalty(t *testing.T) {
	for _, test := range []struct {
		factor float64
		want   []int32
	}{{1.3, []int32{0, 0, 0}}, {1.4, []int32{0, 2, 0}}} {
		s := newSampler(Options{TopP: 1, RepetitionPenalty: test.factor}, []int32{1}, 0)
		var got []int32
		for range test.want {
			token, err := s.pick([]float32{6, 5, 4.5, -1})
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, token)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("penalty %g: %v, want %v", test.factor, got, test.want)
		}
	}
}

// TestPenaltyAvoidsRepetition: at a strong penalty no token comes twice, nor one of the prompt.
func TestPenaltyAvoidsRepetition(t *testing.T) {
	g := tiny(t).generator(t, nil, nil)
	prompt, o := tinymodel.RandomTokens(20, 1), greedy(40, 1)
	o.RepetitionPenalty = 100
	seen := slices.Clone(prompt)
	for _, token := range answer(t, g, prompt, o)[0] {
		if slices.Contains(seen, token) {
			t.Errorf("token %d comes again after %v", token, seen)
		}
		seen = append(seen, token)
	}
}
