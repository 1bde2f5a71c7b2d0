package loss_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder/product"
	"example.com/gonb-dpo/dpocore/loss"
)

// divergences returns the divergence of each answer under p's states from that under others, computed by Divergence and by
// FarDivergence, and the maximum logit gap.
func (p problem) divergences(t *testing.T, others []float32) (near, far []float32, maxGap float32) {
	t.Helper()
	n := len(p.source)
	out := call(t, func(in []*Node) []*Node {
		a := loss.Answers{Source: in[3], Target: in[4], Owner: in[5]}
		policy, reference := loss.State{Hidden: in[0], Head: product.Whole(in[2])}, loss.State{Hidden: in[1], Head: product.Whole(in[2])}
		near, maxGap := loss.Divergence(policy, reference, true, a, p.answers)
		return []*Node{near, loss.FarDivergence(policy, reference, a, p.answers), maxGap}
	}, matrix(p.states, p.row, p.hidden), matrix(others, p.row, p.hidden), matrix(p.head, p.vocabulary, p.hidden),
		matrix(p.source, n), matrix(p.target, n), matrix(p.owner, n))
	return out[0], out[1], out[2][0]
}

// hostDivergence computes Σ π·(log π − log π_ref) in float64.
func (p problem) hostDivergence(others []float32) []float64 {
	logProbs := func(states []float32, source int32) []float64 {
		logits, sum := p.logits(states, source), 0.0
		for _, logit := range logits {
			sum += math.Exp(logit)
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

// TestDivergence compares with the definition in float64: Divergence up to MaxLogitGap, including models that hardly differ,
// and FarDivergence from 1 nat up.
func TestDivergence(t *testing.T) {
	for _, c := range []struct {
		moved     float64
		near, far bool
	}{{1e-4, true, false}, {1e-2, true, false}, {0.3, true, false}, {1, true, true}, {10, true, true}, {100, false, true}} {
		p := random(5, 12, 16, 600, 30, 4, 2)
		r := rand.New(rand.NewPCG(6, 0))
		others := make([]float32, len(p.states))
		for i, state := range p.states {
			others[i] = state + float32(r.NormFloat64()*c.moved)
		}
		want := p.hostDivergence(others)
		byNear, byFar, maxGap := p.divergences(t, others)
		if (maxGap <= loss.MaxLogitGap) != c.near {
			t.Errorf("moved by %g: the maxGap is %g", c.moved, maxGap)
		}
		for i := range want {
			if c.near {
				near(t, fmt.Sprintf("moved by %g: the divergence of answer %d", c.moved, i), byNear[i], want[i], 2e-3*want[i])
			}
			if c.far {
				near(t, fmt.Sprintf("moved by %g: the far divergence of answer %d", c.moved, i), byFar[i], want[i], 2e-3*want[i])
			}
		}
	}
}

func TestDivergenceFromItself(t *testing.T) {
	p := random(7, 12, 16, 600, 30, 4, 2)
	near, _, maxGap := p.divergences(t, p.states)
	for i, got := range near {
		if got != 0 || maxGap != 0 {
			t.Errorf("answer %d is %g from itself, the maxGap %g", i, got, maxGap)
		}
	}
}
