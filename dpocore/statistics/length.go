package statistics

import "math"

// LengthControlled is the accuracy with the answers' length taken out: the accuracy to expect on pairs whose answers are
// equally long. longer is by how many tokens the chosen answer is the longer one.
//
// It follows the length-controlled win rate of AlpacaEval 2 (Dubois et al. 2024, https://arxiv.org/abs/2404.04475): a
// logistic regression explains whether a pair is ranked right by a constant and by the difference in length,
//
//	P(right) = σ(θ + φ·tanh(longer / s)), s the differences' standard deviation,
//
// and the figure is σ(θ). A model that always takes the longer answer is right where longer > 0 and wrong where it is
// below: φ explains all, θ is 0, and the figure one half, whatever its accuracy. It tells nothing where all chosen
// answers are the longer ones; then quality and length can't be told apart, and its interval is wide.
func LengthControlled(groups []int, right []bool, longer []float64) Estimate {
	x := make([]float64, len(longer))
	spread := 0.0
	for _, difference := range longer {
		spread += difference * difference / float64(len(longer))
	}
	mean := plainMean(longer)
	spread = math.Sqrt(max(0, spread-mean*mean))
	for i, difference := range longer {
		if spread > 0 {
			x[i] = math.Tanh(difference / spread)
		}
	}
	e := Bootstrap(groups, func(weights []float64) float64 {
		theta, _ := logistic(weights, right, x)
		return sigmoid(theta)
	})
	e.Low, e.High = max(0, e.Low), min(1, e.High)
	return e
}

// The penalties hold the coefficients where they would run away. On pairs that are all ranked right that is θ, whose
// penalty weighs like a tenth of a pair. On pairs of which always the longer answer is taken it is φ, which has next to
// none: it is to explain what it can before θ does.
const (
	thetaPenalty = 0.1
	phiPenalty   = 1e-4
)

// logistic fits P(y) = σ(θ + φ·x) to weighted pairs with Newton's method; (penalties)·(θ², φ²)/2 are added to the loss.
func logistic(weights []float64, y []bool, x []float64) (theta, phi float64) {
	for range 50 {
		// The loss's gradient and its matrix of second derivatives, [2] and [2, 2].
		g0, g1 := thetaPenalty*theta, phiPenalty*phi
		h00, h01, h11 := thetaPenalty, 0.0, phiPenalty
		for i, weight := range weights {
			if weight == 0 {
				continue
			}
			p := sigmoid(theta + phi*x[i])
			off := p
			if y[i] {
				off = p - 1
			}
			g0 += weight * off
			g1 += weight * off * x[i]
			curve := weight * p * (1 - p)
			h00 += curve
			h01 += curve * x[i]
			h11 += curve * x[i] * x[i]
		}
		determinant := h00*h11 - h01*h01
		d0, d1 := (h11*g0-h01*g1)/determinant, (h00*g1-h01*g0)/determinant
		size := max(math.Abs(d0), math.Abs(d1))
		if size > 2 { // far from the goal Newton's step overshoots
			d0, d1 = 2*d0/size, 2*d1/size
		}
		theta, phi = theta-d0, phi-d1
		if size < 1e-8 {
			break
		}
	}
	return theta, phi
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
