package loss_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder/product"
	"example.com/gonb-dpo/dpocore/loss"
)

// problem is an input of LogProbs.
type problem struct {
	row, hidden, vocabulary, answers int
	states, head                     []float32 // [row, hidden] and [vocabulary, hidden]
	source, target, owner            []int32
}

// random returns a problem in which the last third of the answer tokens is padding and the logits have the given standard
// deviation.
func random(seed uint64, row, hidden, vocabulary, tokens, answers int, deviation float64) problem {
	r := rand.New(rand.NewPCG(seed, 0))
	p := problem{row: row, hidden: hidden, vocabulary: vocabulary, answers: answers}
	for range row * hidden {
		p.states = append(p.states, float32(r.NormFloat64()*deviation))
	}
	for range vocabulary * hidden {
		p.head = append(p.head, float32(r.NormFloat64()/math.Sqrt(float64(hidden))))
	}
	for i := range tokens {
		p.source = append(p.source, r.Int32N(int32(row)))
		p.target = append(p.target, r.Int32N(int32(vocabulary)))
		owner := int32(-1)
		if i < 2*tokens/3 {
			owner = r.Int32N(int32(answers))
		}
		p.owner = append(p.owner, owner)
	}
	return p
}

// graph returns [logProbs, meanLogits, gradient of Σ weights·logProbs with respect to states].
func (p problem) graph(t testing.TB, weights []float32) [][]float32 {
	t.Helper()
	n := len(p.source)
	return call(t, func(in []*Node) []*Node {
		logProbs, mean := loss.LogProbs(in[0], product.Whole(in[1]), loss.Answers{Source: in[2], Target: in[3], Owner: in[4]}, p.answers)
		return []*Node{logProbs, mean, Gradient(ReduceAllSum(Mul(logProbs, in[5])), in[0])[0]}
	}, matrix(p.states, p.row, p.hidden), matrix(p.head, p.vocabulary, p.hidden),
		matrix(p.source, n), matrix(p.target, n), matrix(p.owner, n), matrix(weights, p.answers))
}

// logits returns the logits of a state in float64.
func (p problem) logits(states []float32, source int32) []float64 {
	logits := make([]float64, p.vocabulary)
	for v := range logits {
		for d := range p.hidden {
			logits[v] += float64(states[int(source)*p.hidden+d]) * float64(p.head[v*p.hidden+d])
		}
	}
	return logits
}

// host computes LogProbs in float64, token by token.
func (p problem) host() (logProbs, meanLogits []float64) {
	logProbs, meanLogits = make([]float64, p.answers), make([]float64, p.answers)
	for i, owner := range p.owner {
		if owner < 0 {
			continue
		}
		logits := p.logits(p.states, p.source[i])
		maximum, sum, exps := slices.Max(logits), 0.0, 0.0
		for _, logit := range logits {
			sum += logit
			exps += math.Exp(logit - maximum)
		}
		logProbs[owner] += logits[p.target[i]] - maximum - math.Log(exps)
		meanLogits[owner] += sum / float64(p.vocabulary)
	}
	return logProbs, meanLogits
}

func TestLogProbs(t *testing.T) {
	for _, c := range []struct {
		name                               string
		row, hidden, vocabulary, tokens, n int
		deviation                          float64
	}{
		{"even vocabulary", 12, 8, 50, 20, 4, 1},
		{"odd vocabulary", 12, 8, 51, 20, 4, 1},
		{"one word", 5, 4, 1, 6, 2, 1}, // a single word has probability 1: log 1 = 0
		{"one token, one answer", 1, 3, 7, 1, 1, 1},
		{"confident", 9, 16, 33, 12, 2, 100}, // logits near ±200: e^logit overflows float32 from 89 on
	} {
		t.Run(c.name, func(t *testing.T) {
			p := random(7, c.row, c.hidden, c.vocabulary, c.tokens, c.n, c.deviation)
			if c.tokens == 1 {
				p.owner[0] = 0 // with one token, a third is 0
			}
			got := p.graph(t, make([]float32, c.n))
			logProbs, meanLogits := p.host()
			for i := range c.n {
				near(t, fmt.Sprintf("log-probability of answer %d", i), got[0][i], logProbs[i], 2e-6*math.Max(1, math.Abs(logProbs[i])))
				near(t, fmt.Sprintf("mean logit of answer %d", i), got[1][i], meanLogits[i], 2e-6*math.Max(1, math.Abs(meanLogits[i])))
			}
		})
	}
}

// TestLogProbsByHand: two words and two states with logits (log 3, 0) and (0, 0), so word 0 has probabilities 3/4 and 1/2
// and word 1 has 1/4 and 1/2. Answer 0 owns word 0 then word 1: log 3/4 + log 1/2 = log 3/8. Answer 1 owns word 1 after the first state:
// log 1/4. Answer 2 owns nothing: 0. The mean logit is log 3 / 2 after the first state and 0 after the second.
func TestLogProbsByHand(t *testing.T) {
	p := problem{row: 2, hidden: 1, vocabulary: 2, answers: 3,
		states: []float32{float32(math.Log(3)), 0}, head: []float32{1, 0},
		source: []int32{0, 1, 0, 0}, target: []int32{0, 1, 1, 0}, owner: []int32{0, 0, 1, -1}}
	got := p.graph(t, make([]float32, 3))
	half := math.Log(3) / 2
	for i, want := range []struct{ logProb, mean float64 }{{math.Log(3. / 8), half}, {math.Log(1. / 4), half}, {0, 0}} {
		near(t, fmt.Sprintf("log-probability of answer %d", i), got[0][i], want.logProb, 2e-7)
		near(t, fmt.Sprintf("mean logit of answer %d", i), got[1][i], want.mean, 2e-7)
	}
}

// TestLogProbsIgnorePadding: the values at padding do not change a single bit of the result.
func TestLogProbsIgnorePadding(t *testing.T) {
	p := random(3, 10, 6, 20, 12, 2, 1)
	ones := []float32{1, 1}
	before := p.graph(t, ones)
	for i, owner := range p.owner {
		if owner < 0 {
			p.source[i], p.target[i] = 9-p.source[i], 19-p.target[i]
		}
	}
	after := p.graph(t, ones)
	for output := range before {
		for i := range before[output] {
			if before[output][i] != after[output][i] {
				t.Fatalf("output %d at %d: %g became %g", output, i, before[output][i], after[output][i])
			}
		}
	}
}

// TestLogProbsGradient compares the gradient with respect to each hidden value with central differences in float64, whose
// error at a step of 1e-4 is about 1e-8. The weights of the answers have both signs, as in DPO.
func TestLogProbsGradient(t *testing.T) {
	p := random(5, 6, 4, 9, 15, 3, 1)
	weights := []float32{1, -0.5, 2}
	gradient := p.graph(t, weights)[2]
	total := func() (sum float64) {
		logProbs, _ := p.host()
		for i, w := range weights {
			sum += float64(w) * logProbs[i]
		}
		return sum
	}
	for i, at := range p.states {
		p.states[i] = at + 1e-4
		above, up := total(), float64(p.states[i])
		p.states[i] = at - 1e-4
		below, down := total(), float64(p.states[i])
		p.states[i] = at
		near(t, fmt.Sprintf("gradient by hidden value %d", i), gradient[i], (above-below)/(up-down), 2e-6)
	}
}

// TestSpread: the entropy and the number of likeliest tokens of each answer, against the same in float64, token by token. Of the random
// tokens some are the likeliest because the vocabulary is small.
func TestSpread(t *testing.T) {
	p := random(21, 7, 8, 6, 45, 4, 2)
	n := len(p.source)
	got := call(t, func(in []*Node) []*Node {
		entropy, likeliest := loss.Spread(in[0], product.Whole(in[1]), loss.Answers{Source: in[2], Target: in[3], Owner: in[4]}, p.answers)
		return []*Node{entropy, likeliest}
	}, matrix(p.states, p.row, p.hidden), matrix(p.head, p.vocabulary, p.hidden), matrix(p.source, n), matrix(p.target, n), matrix(p.owner, n))
	entropy, likeliest := make([]float64, p.answers), make([]float64, p.answers)
	for i, owner := range p.owner {
		if owner < 0 {
			continue
		}
		logits, sum := p.logits(p.states, p.source[i]), 0.0
		for _, logit := range logits {
			sum += math.Exp(logit)
		}
		for _, logit := range logits {
			share := math.Exp(logit) / sum
			entropy[owner] -= share * math.Log(share)
		}
		if logits[p.target[i]] == slices.Max(logits) {
			likeliest[owner]++
		}
	}
	total := 0.0
	for answer := range p.answers {
		near(t, fmt.Sprintf("entropy of answer %d", answer), got[0][answer], entropy[answer], 1e-4)
		near(t, fmt.Sprintf("likeliest tokens of answer %d", answer), got[1][answer], likeliest[answer], 1e-6)
		total += likeliest[answer]
	}
	if total == 0 {
		t.Error("no token is the likeliest, so nothing is shown")
	}
}
