package loss_test

import (
	"math"
	"testing"
)

// formula is a loss in float64 as in its paper, a function of the log-ratios a and b, those per token, β and ε.
type formula func(a, b, aToken, bToken, beta, epsilon float64) float64

// logSigma is log σ(x).
func logSigma(x float64) float64 { return math.Min(x, 0) - math.Log1p(math.Exp(-math.Abs(x))) }

func sigma(x float64) float64 { return math.Exp(logSigma(x)) }

// formulas has those of TRL's losses. For a loss without one, the tests evaluate its graph in float64.
var formulas = map[string]formula{
	"sigmoid": func(a, b, _, _, beta, epsilon float64) float64 {
		m := beta * (a - b)
		return -(1-epsilon)*logSigma(m) - epsilon*logSigma(-m)
	},
	"hinge": func(a, b, _, _, beta, _ float64) float64 { return math.Max(0, 1-beta*(a-b)) },
	"ipo":   func(_, _, a, b, beta, _ float64) float64 { return math.Pow(a-b-1/(2*beta), 2) },
	"robust": func(a, b, _, _, beta, epsilon float64) float64 {
		m := beta * (a - b)
		return (-(1-epsilon)*logSigma(m) + epsilon*logSigma(-m)) / (1 - 2*epsilon)
	},
	"exo_pair": func(a, b, _, _, beta, epsilon float64) float64 {
		m := beta * (a - b)
		return sigma(m)*(logSigma(m)-math.Log1p(-epsilon)) + sigma(-m)*(logSigma(-m)-math.Log(epsilon))
	},
	"nca_pair": func(a, b, _, _, beta, _ float64) float64 {
		return -logSigma(beta*a) - logSigma(-beta*a)/2 - logSigma(-beta*b)/2
	},
	"bco_pair": func(a, b, _, _, beta, _ float64) float64 { return -logSigma(beta*a) - logSigma(-beta*b) },
	"sppo_hard": func(a, b, _, _, beta, _ float64) float64 {
		return math.Pow(a-0.5/beta, 2) + math.Pow(b+0.5/beta, 2)
	},
	"apo_zero": func(a, b, _, _, beta, _ float64) float64 { return sigma(-beta*a) + sigma(beta*b) },
	"apo_down": func(a, b, _, _, beta, _ float64) float64 { return sigma(beta*a) + sigma(-beta*(a-b)) },
	"discopop": func(a, b, _, _, beta, _ float64) float64 {
		m := beta * (a - b)
		return -logSigma(m)*sigma(-m/0.05) + math.Exp(-m+logSigma(m/0.05))
	},
	"sigmoid_norm": func(_, _, a, b, beta, _ float64) float64 { return -logSigma(beta * (a - b)) },
}

// answerFormula is a loss in float64 as in its paper, a function of the answers' summed log-probabilities under policy and
// reference, their numbers of tokens, β and ε. Its other scalars are 1/2, and n tokens divide its SFT term.
type answerFormula func(policy, reference, tokens [2]float64, n, beta, epsilon float64) float64

var answerFormulas = map[string]answerFormula{
	"dpop": func(p, r, _ [2]float64, _, beta, _ float64) float64 {
		return -logSigma(beta * (p[0] - r[0] - (p[1] - r[1]) - 0.5*math.Max(0, r[0]-p[0])))
	},
	"kto": func(p, r, _ [2]float64, _, beta, _ float64) float64 {
		return 0.5 * (0.5*sigma(-beta*(p[0]-r[0]-0.5)) + 0.5*sigma(beta*(p[1]-r[1]-0.5)))
	},
	"simpo": func(p, _, n [2]float64, _, beta, epsilon float64) float64 {
		m := beta*(p[0]/n[0]-p[1]/n[1]) - 0.5
		return -(1-epsilon)*logSigma(m) - epsilon*logSigma(-m)
	},
	"cpo": func(p, _, _ [2]float64, n, beta, epsilon float64) float64 {
		m := beta * (p[0] - p[1])
		return -(1-epsilon)*logSigma(m) - epsilon*logSigma(-m) - p[0]/n
	},
	"orpo": func(p, _, tokens [2]float64, n, beta, _ float64) float64 {
		odds := func(side int) float64 {
			x := math.Min(p[side]/tokens[side], -1./(1<<24))
			return x - math.Log(-math.Expm1(x))
		}
		return -p[0]/n - beta*logSigma(odds(0)-odds(1))
	},
}

func (f answerFormula) loss(p place, s settings, d [2]float64) float64 {
	var policy, reference, tokens [2]float64
	for side := range 2 {
		policy[side], reference[side], tokens[side] = float64(p.policy[side])+d[side], float64(p.reference[side]), float64(p.tokens[side])
	}
	return f(policy, reference, tokens, float64(p.sftTokens), float64(s.beta), float64(s.smoothing)) - float64(s.sftWeight)*policy[0]/float64(p.sftTokens)
}

// host returns the losses of pairs in float64, including the SFT term, with the policy's log-probabilities shifted by d.
func host(t *testing.T, lossType string, pairs []place, s settings, d [2]float64) []float64 {
	var one func(place, settings, [2]float64) float64
	if formula, ok := formulas[lossType]; ok {
		one = formula.loss
	} else if formula, ok := answerFormulas[lossType]; ok {
		one = formula.loss
	} else {
		return runWide(t, lossType, pairs, s, d)
	}
	losses := make([]float64, len(pairs))
	for i, p := range pairs {
		losses[i] = one(p, s, d)
	}
	return losses
}

func (f formula) loss(p place, s settings, d [2]float64) float64 {
	var gain, token [2]float64
	for side := range 2 {
		gain[side] = float64(p.policy[side]) + d[side] - float64(p.reference[side])
		token[side] = gain[side] / float64(p.tokens[side])
	}
	sft := -(float64(p.policy[0]) + d[0]) / float64(p.sftTokens)
	return f(gain[0], gain[1], token[0], token[1], float64(s.beta), float64(s.smoothing)) + float64(s.sftWeight)*sft
}

// derivatives returns the losses' derivatives with respect to one log-probability, from the losses in float64. The errors of
// two central differences with steps h and h/2 are c·h² and c·h²/4, so (4·second − first)/3 has an error of order h⁴.
func derivatives(t *testing.T, lossType string, pairs []place, s settings, side int) []float64 {
	differences := func(h float64) []float64 {
		var up, down [2]float64
		up[side], down[side] = h, -h
		above, below := host(t, lossType, pairs, s, up), host(t, lossType, pairs, s, down)
		for i := range above {
			above[i] = (above[i] - below[i]) / (2 * h)
		}
		return above
	}
	const h = 1e-3
	first, second := differences(h), differences(h/2)
	for i := range second {
		second[i] = (4*second[i] - first[i]) / 3
	}
	return second
}

// grid returns log-ratios near 0 and far from it. None is at hinge's corner, where a central difference is meaningless.
func grid() []place {
	var pairs []place
	values := []float32{0, 0.125, -0.125, 1.5, -1.5, 7, -7, 60, -60, 900, -900}
	for _, a := range values {
		for _, b := range values {
			pairs = append(pairs, gains([2]float32{a, b})...)
		}
	}
	return pairs
}

// TestFormulas compares every loss and its gradient with the float64 formula. The log-ratios are exact in float32; what
// remains is rounding in the loss itself, a few parts in 1e7 of its largest terms and of β times a log-ratio of 900 in the
// exponent.
func TestFormulas(t *testing.T) { forEach(t, compareWithFormula) }

func compareWithFormula(t *testing.T, lossType string) {
	for _, s := range []settings{{beta: 0.1}, {beta: 0.5}, {beta: 2}, {beta: 0.1, sftWeight: 0.5}} {
		s.smoothing = smoothingOf(lossType)
		pairs := grid()
		got := run(t, lossType, pairs, s)
		for i, want := range host(t, lossType, pairs, s, [2]float64{}) {
			near(t, name(i, pairs[i], s)+"loss", got.losses[i], want, 2e-6*math.Max(0.25, math.Abs(want)))
		}
		for side, answer := range []string{"chosen", "rejected"} {
			for i, want := range derivatives(t, lossType, pairs, s, side) {
				if lossType == "dpop" && pairs[i].policy[0] == pairs[i].reference[0] {
					continue // the corner of its penalty; see TestDPOPCorner
				}
				near(t, name(i, pairs[i], s)+"gradient wrt "+answer, got.gradient[2*i+side], want, 4e-6*math.Max(float64(s.beta), math.Abs(want)))
			}
		}
	}
}

// TestNoSmoothing: with label smoothing of 0, sigmoid is plain DPO and robust is the same.
func TestNoSmoothing(t *testing.T) {
	pairs, s := grid(), settings{beta: 0.1}
	dpo, robust := run(t, "sigmoid", pairs, s), run(t, "robust", pairs, s)
	for i, p := range pairs {
		want := -logSigma(0.1 * (float64(p.policy[0]+40) - float64(p.policy[1]+30)))
		near(t, name(i, p, s)+"sigmoid", dpo.losses[i], want, 2e-6*math.Max(0.1, want))
		if robust.losses[i] != dpo.losses[i] || robust.gradient[2*i] != dpo.gradient[2*i] {
			t.Errorf("%srobust is %g, sigmoid %g", name(i, p, s), robust.losses[i], dpo.losses[i])
		}
	}
}
