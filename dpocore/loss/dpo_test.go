package loss_test

import (
	"fmt"
	"math"
	"sync"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/loss"
)

// pair has the summed log-probabilities of one pair, chosen before rejected.
type pair struct{ policy, reference [2]float32 }

// dpoGraph is compiled once per number of pairs; beta and the smoothing are its inputs.
var dpoGraph = sync.OnceValues(func() (*Exec, error) {
	return NewExec(backend, func(in []*Node) []*Node {
		terms := loss.Terms{Policy: in[0], Reference: in[1], Scalars: loss.Scalars[*Node]{Beta: in[2], LabelSmoothing: in[3]}}
		losses := loss.DPO(terms)
		return []*Node{losses, terms.Margins(), terms.Rewards(), Gradient(ReduceAllSum(losses), in[0])[0]}
	})
})

// dpo computes losses, margins and rewards of pairs, and the gradient of the losses' sum with respect to the policy's values.
func dpo(t *testing.T, pairs []pair, beta, smoothing float32) (losses, margins, rewards, gradient []float32) {
	t.Helper()
	var policy, reference []float32
	for _, p := range pairs {
		policy = append(policy, p.policy[:]...)
		reference = append(reference, p.reference[:]...)
	}
	exec, err := dpoGraph()
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := exec.Call(matrix(policy, len(pairs), 2), matrix(reference, len(pairs), 2), beta, smoothing)
	out := flat(t, outputs, err)
	return out[0], out[1], out[2], out[3]
}

// TestDPOByHand, with β = 0.1:
//
//	pair 0: rewards 0.1·(−10+12) = 0.2 and 0.1·(−20+15) = −0.5, margin 0.7;
//	        loss −log σ(0.7) = log(1+e^−0.7) = 0.4031860
//	pair 1: rewards 0.1·(−31+30) = −0.1 and 0.1·(−8+9) = 0.1, margin −0.2; loss log(1+e^0.2) = 0.7981389
//
// The gradient with respect to the chosen log-probability is −β·σ(−margin): −0.1·0.3318122 and −0.1·0.5498340; with respect
// to the rejected one it is the opposite (section 4 of the DPO paper).
func TestDPOByHand(t *testing.T) {
	pairs := []pair{
		{policy: [2]float32{-10, -20}, reference: [2]float32{-12, -15}},
		{policy: [2]float32{-31, -8}, reference: [2]float32{-30, -9}},
	}
	losses, margins, rewards, gradient := dpo(t, pairs, 0.1, 0)
	for i, want := range []struct {
		loss, margin, chosen, rejected, gradient float64
	}{
		{0.4031860, 0.7, 0.2, -0.5, -0.03318122},
		{0.7981389, -0.2, -0.1, 0.1, -0.05498340},
	} {
		name := fmt.Sprintf("pair %d: ", i)
		near(t, name+"loss", losses[i], want.loss, 2e-7)
		near(t, name+"margin", margins[i], want.margin, 2e-7)
		near(t, name+"reward of chosen", rewards[2*i], want.chosen, 2e-7)
		near(t, name+"reward of rejected", rewards[2*i+1], want.rejected, 2e-7)
		near(t, name+"gradient wrt chosen", gradient[2*i], want.gradient, 2e-8)
		near(t, name+"gradient wrt rejected", gradient[2*i+1], -want.gradient, 2e-8)
	}
}

// TestDPOFormula compares with −(1−ε)·log σ(m) − ε·log σ(−m) in float64, and the gradient with respect to the chosen
// answer with β·(ε − σ(−m)): −(1−ε)·σ(−m) + ε·σ(m) = ε − σ(−m), since σ(m) = 1 − σ(−m).
func TestDPOFormula(t *testing.T) {
	negLogSigmoid := func(x float64) float64 { return math.Max(-x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }
	var pairs []pair
	for _, gain := range []float32{0, 0.01, -0.01, 1, -1, 7, -7, 60, -60, 900, -900} {
		pairs = append(pairs, pair{policy: [2]float32{gain - 40, -30}, reference: [2]float32{-40, -30}})
	}
	for _, c := range []struct{ beta, smoothing float32 }{{0.1, 0}, {0.1, 0.1}, {0.5, 0.25}, {1, 0.5}, {2, 1}} {
		losses, margins, _, gradient := dpo(t, pairs, c.beta, c.smoothing)
		for i, p := range pairs {
			beta, epsilon := float64(c.beta), float64(c.smoothing)
			m := beta * float64(p.policy[0]+40)
			name := fmt.Sprintf("β %g, ε %g, margin %.4g: ", c.beta, c.smoothing, m)
			wantLoss := (1-epsilon)*negLogSigmoid(m) + epsilon*negLogSigmoid(-m)
			near(t, name+"margin", margins[i], m, 1e-6*math.Max(1, math.Abs(m)))
			near(t, name+"loss", losses[i], wantLoss, 3e-7*math.Max(1, wantLoss))
			want := beta * (epsilon - 1/(1+math.Exp(m)))
			near(t, name+"gradient wrt chosen", gradient[2*i], want, 1e-6)
			near(t, name+"gradient wrt rejected", gradient[2*i+1], -want, 1e-6)
		}
	}
}

// TestDPOExtremeMargins: at margins of ±1000 with β = 1 nothing overflows; the loss is 0 or 1000, the gradient 0 or −1.
func TestDPOExtremeMargins(t *testing.T) {
	pairs := []pair{{policy: [2]float32{1000, 0}}, {policy: [2]float32{-1000, 0}}, {policy: [2]float32{-500, 500}}}
	losses, _, _, gradient := dpo(t, pairs, 1, 0)
	for i, want := range []struct{ loss, gradient float32 }{{0, 0}, {1000, -1}, {1000, -1}} {
		if losses[i] != want.loss || gradient[2*i] != want.gradient || gradient[2*i+1] != -want.gradient {
			t.Errorf("pair %d: loss %g and gradient (%g, %g), want %g and (%g, %g)", i,
				losses[i], gradient[2*i], gradient[2*i+1], want.loss, want.gradient, -want.gradient)
		}
	}
}

// TestDPOAtMarginZero: at margin 0, where training starts, the loss is log 2 and the gradient exactly ∓β/2, since σ(0) = 1/2.
func TestDPOAtMarginZero(t *testing.T) {
	for _, beta := range []float32{0.1, 0.25, 1} {
		losses, margins, _, gradient := dpo(t, []pair{{[2]float32{-3, -7}, [2]float32{-3, -7}}}, beta, 0)
		near(t, "loss", losses[0], math.Ln2, 6e-8)
		if margins[0] != 0 || gradient[0] != -beta/2 || gradient[1] != beta/2 {
			t.Errorf("β %g: margin %g and gradient (%g, %g), want 0 and (%g, %g)", beta, margins[0], gradient[0], gradient[1], -beta/2, beta/2)
		}
	}
}

// TestDPOSwapped: swapping the answers negates the margin exactly, and equals label smoothing of 1.
func TestDPOSwapped(t *testing.T) {
	straight := []pair{{[2]float32{-10.25, -20.5}, [2]float32{-12, -15.75}}, {[2]float32{-3, -1}, [2]float32{-2.5, -1.125}}}
	var swapped []pair
	for _, p := range straight {
		swapped = append(swapped, pair{[2]float32{p.policy[1], p.policy[0]}, [2]float32{p.reference[1], p.reference[0]}})
	}
	_, margins, _, _ := dpo(t, straight, 0.1, 0)
	flipped, _, _, _ := dpo(t, straight, 0.1, 1)
	losses, negated, _, _ := dpo(t, swapped, 0.1, 0)
	for i := range straight {
		if negated[i] != -margins[i] || losses[i] != flipped[i] {
			t.Errorf("pair %d: margin %g becomes %g; loss %g, smoothing of 1 gives %g", i, margins[i], negated[i], losses[i], flipped[i])
		}
	}
}
