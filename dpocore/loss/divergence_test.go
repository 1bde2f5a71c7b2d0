package loss_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/loss"
)

// divergence returns the divergence of states from others, by answer.
func (p problem) divergence(t *testing.T, others []float32) []float32 {
	t.Helper()
	n := len(p.source)
	return call(t, func(in []*Node) []*Node {
		a := loss.Answers{Source: in[3], Target: in[4], Owner: in[5]}
		return []*Node{loss.Divergence(in[0], in[1], in[2], a, p.answers)}
	}, matrix(p.states, p.row, p.hidden), matrix(others, p.row, p.hidden), matrix(p.head, p.vocabulary, p.hidden),
		matrix(p.source, n), matrix(p.target, n), matrix(p.owner, n))[0]
}

// hostDivergence computes it in float64, as Σ π·(log π − log π_ref).
func (p problem) hostDivergence(others []float32) []float64 {
	logProbs := func(states []float32, source int32) []float64 {
		logits, sum := make([]float64, p.vocabulary), 0.0
		for v := range logits {
			for d := range p.hidden {
				logits[v] += float64(states[int(source)*p.hidden+d]) * float64(p.head[v*p.hidden+d])
			}
			sum += math.Exp(logits[v])
		}
		for v := range logits {
			logits[v] -= math.Log(sum)
		}
		return logits
	}
	divergence := make([]float64, p.answers)
	for i, owner := range p.owner {
		if owner < 0 {
			continue
		}
		mine, its := logProbs(p.states, p.source[i]), logProbs(others, p.source[i])
		for v := range mine {
			divergence[owner] += math.Exp(mine[v]) * (mine[v] - its[v])
		}
	}
	return divergence
}

// Divergences of all sizes are those of the definition in float64; that of a model that has hardly moved keeps its digits.
func TestDivergence(t *testing.T) {
	for _, moved := range []float64{1e-4, 1e-2, 0.3, 1, 10, 100} {
		p := random(5, 12, 16, 600, 30, 4, 2)
		r := rand.New(rand.NewPCG(6, 0))
		others := make([]float32, len(p.states))
		for i, state := range p.states {
			others[i] = state + float32(r.NormFloat64()*moved)
		}
		want := p.hostDivergence(others)
		for i, got := range p.divergence(t, others) {
			near(t, fmt.Sprintf("moved by %g: the divergence of answer %d", moved, i), got, want[i], 2e-3*want[i])
		}
	}
}

func TestDivergenceFromItself(t *testing.T) {
	p := random(7, 12, 16, 600, 30, 4, 2)
	for i, got := range p.divergence(t, p.states) {
		if got != 0 {
			t.Errorf("answer %d is %g from itself", i, got)
		}
	}
}
