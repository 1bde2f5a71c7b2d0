package loss_test

import (
	"math"
	"testing"
)

// TestExtremesAreFinite: losses and gradients are finite at log-ratios and margins of ±10,000, for equal answers and for
// unused places of a row.
func TestExtremesAreFinite(t *testing.T) { forEach(t, extremesAreFinite) }

func extremesAreFinite(t *testing.T, lossType string) {
	pairs := gains([2]float32{1e4, 0}, [2]float32{-1e4, 0}, [2]float32{0, 1e4}, [2]float32{0, -1e4}, [2]float32{1e4, 1e4},
		[2]float32{-1e4, -1e4}, [2]float32{1e4, -1e4}, [2]float32{-1e4, 1e4}, [2]float32{0, 0})
	pairs = append(pairs,
		place{policy: [2]float32{-9, -9}, reference: [2]float32{-8, -8}, tokens: [2]float32{3, 3}, sftTokens: 3}, // equal answers
		place{tokens: [2]float32{1, 1}, sftTokens: 1})                                                            // an unused place
	for _, beta := range []float32{0.01, 0.1, 1} {
		s := settings{beta: beta, smoothing: smoothingOf(lossType), sftWeight: 1}
		got := run(t, lossType, pairs, s)
		for i, p := range pairs {
			for what, x := range map[string]float32{"loss": got.losses[i], "gradient wrt chosen": got.gradient[2*i], "gradient wrt rejected": got.gradient[2*i+1]} {
				if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
					t.Errorf("%sthe %s is %g", name(i, p, s), what, x)
				}
			}
		}
	}
}

// TestStart: when training starts, both log-ratios are 0. The values are by hand with β = 0.1, 16 chosen and 5 rejected
// tokens, and ε = 0.1 if it applies; σ(0) = 1/2 and log σ(0) = −log 2. The two gradients are with respect to the chosen and
// the rejected answer. A loss that is not listed is compared at this point by TestFormulas.
func TestStart(t *testing.T) {
	const ln2 = math.Ln2
	for lossType, want := range map[string]struct{ loss, d, e float64 }{
		"sigmoid":      {ln2, -0.04, 0.04},                                                                 // β·(ε − 1/2)
		"hinge":        {1, -0.1, 0.1},                                                                     // −β
		"ipo":          {25, -10. / 16, 10. / 5},                                                           // (1/(2β))²; −2/(2β) divided by the tokens
		"robust":       {ln2, -0.0625, 0.0625},                                                             // (0.9 − 0.1)/0.8·log 2; −β/2·(0.9 + 0.1)/0.8
		"exo_pair":     {0.51082562, -0.1 / 4 * math.Log(9), 0.1 / 4 * math.Log(9)},                        // −log 2 − ½·log 0.09; β·¼·(log ε − log(1−ε))
		"nca_pair":     {2 * ln2, -0.025, 0.025},                                                           // β·(−1/2 + 1/4); β·1/4
		"bco_pair":     {2 * ln2, -0.05, 0.05},                                                             // −β/2
		"sppo_hard":    {50, -10, 10},                                                                      // 2·(1/(2β))²; −1/β
		"apo_zero":     {1, -0.025, 0.025},                                                                 // −β/4
		"apo_down":     {1, 0, 0.025},                                                                      // β/4 − β/4; β/4
		"discopop":     {(ln2 + 1) / 2, 0.1 * (-0.25 - 0.5 + 5*(1-ln2)), -0.1 * (-0.25 - 0.5 + 5*(1-ln2))}, // β·(−¼ − ½ + (1 − log 2)/(4τ))
		"sigmoid_norm": {ln2, -0.05 / 16, 0.05 / 5},
	} {
		s := settings{beta: 0.1, smoothing: smoothingOf(lossType)}
		got := run(t, lossType, gains([2]float32{0, 0}), s)
		near(t, lossType+": the loss", got.losses[0], want.loss, 2e-7*math.Max(1, want.loss))
		near(t, lossType+": the gradient by chosen", got.gradient[0], want.d, 1e-7*math.Max(1, math.Abs(want.d)))
		near(t, lossType+": the gradient by rejected", got.gradient[1], want.e, 1e-7*math.Max(1, math.Abs(want.e)))
	}
}

// TestHingeCorner: at a margin of exactly 1 loss and gradient are 0, as in PyTorch.
func TestHingeCorner(t *testing.T) {
	got := run(t, "hinge", gains([2]float32{2, 0}), settings{beta: 0.5})
	if got.losses[0] != 0 || got.gradient[0] != 0 || got.gradient[1] != 0 {
		t.Errorf("loss %g and gradient (%g, %g), want 0", got.losses[0], got.gradient[0], got.gradient[1])
	}
}

// TestDPOPCorner: where the chosen answer is as likely as under the reference, loss and gradient are DPO's; below, its gradient
// is 1 + λ times DPO's at the same margin: with λ = 1/2 and log-ratios of −2 and 0 the margin is β·(−2 − 1/2·2) = −3/2.
func TestDPOPCorner(t *testing.T) {
	pairs, s := gains([2]float32{0, -1.5}, [2]float32{-2, 0}), settings{beta: 0.5}
	dpo, dpop := run(t, "sigmoid", pairs, s), run(t, "dpop", pairs, s)
	if dpop.losses[0] != dpo.losses[0] || dpop.gradient[0] != dpo.gradient[0] {
		t.Errorf("loss %g and gradient %g, want %g and %g", dpop.losses[0], dpop.gradient[0], dpo.losses[0], dpo.gradient[0])
	}
	near(t, "gradient of a chosen answer that lost", dpop.gradient[2], -0.5*1.5*sigma(1.5), 1e-7)
	near(t, "gradient of its rejected answer", dpop.gradient[3], 0.5*sigma(1.5), 1e-7)
}

// TestCertainAnswer: orpo is finite where an answer's log-probability is 0.
func TestCertainAnswer(t *testing.T) {
	got := run(t, "orpo", []place{{policy: [2]float32{0, -3}, tokens: [2]float32{2, 2}, sftTokens: 2}, {policy: [2]float32{-3, 0}, tokens: [2]float32{2, 2}, sftTokens: 2}}, settings{beta: 1})
	for i, x := range append(got.losses, got.gradient...) {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			t.Errorf("figure %d is %g", i, x)
		}
	}
}

// TestDiscoPOPFarBelowZero: at a margin of −100, −log σ(−100)·(1 − σ(−2000)) = 100, and the second term e^100·σ(−2000) = e^−1900 is 0.
// The gradient is −β. The factors of the second term are e^100, infinite in float32, and 0.
func TestDiscoPOPFarBelowZero(t *testing.T) {
	got := run(t, "discopop", gains([2]float32{-100, 0}), settings{beta: 1})
	if got.losses[0] != 100 || got.gradient[0] != -1 || got.gradient[1] != 1 {
		t.Errorf("loss %g and gradient (%g, %g), want 100 and (-1, 1)", got.losses[0], got.gradient[0], got.gradient[1])
	}
}

// TestSmallGradientsAreAccurate: apo_zero with β = 1 has the gradient σ(12)·σ(−12) = e^−12/(1 + e^−12)² with respect to the
// rejected answer, for which σ(12)·(1 − σ(12)) in float32 is off by 1 %; DPO has σ(−12).
func TestSmallGradientsAreAccurate(t *testing.T) {
	far := math.Exp(-12)
	for lossType, want := range map[string]float64{"apo_zero": far / math.Pow(1+far, 2), "sigmoid": far / (1 + far)} {
		got := run(t, lossType, gains([2]float32{24, 12}), settings{beta: 1})
		near(t, lossType, got.gradient[1], want, 1e-5*want)
	}
}
