package statistics

import "math"

// LengthControlled estimates the accuracy on pairs whose answers have equal length. lengthDiffs are the tokens of the
// chosen answer minus those of the rejected one, [pairs].
//
// It follows the length-controlled win rate of AlpacaEval 2 (Dubois et al. 2024, https://arxiv.org/abs/2404.04475): a
// logistic regression predicts from a constant and the length difference whether a pair is ranked correctly,
//
//	P(correct) = σ(θ + φ·tanh(lengthDiff / s)), where s is the standard deviation of the differences,
//
// and the result is σ(θ). A model that always prefers the longer answer is correct if and only if lengthDiff > 0: φ
// explains everything, θ is 0 and the result is 0.5, whatever the accuracy. If every chosen answer is the longer one,
// quality and length can't be separated, and the interval is wide.
func LengthControlled(groups []int, correct []bool, lengthDiffs []float64) Estimate {
	x := make([]float64, len(lengthDiffs))
	meanSquare := 0.0
	for _, diff := range lengthDiffs {
		meanSquare += diff * diff / float64(len(lengthDiffs))
	}
	mean := plainMean(lengthDiffs)
	deviation := math.Sqrt(max(0, meanSquare-mean*mean))
	for i, diff := range lengthDiffs {
		if deviation > 0 {
			x[i] = math.Tanh(diff / deviation)
		}
	}
	e := Bootstrap(groups, func(weights []float64) float64 {
		theta, _ := fitLogistic(weights, correct, x)
		return sigmoid(theta)
	})
	e.Low, e.High = max(0, e.Low), min(1, e.High)
	return e
}

// The L2 penalties keep the coefficients finite. θ would diverge if all pairs were ranked correctly; its penalty weighs
// about as much as a tenth of a pair. φ would diverge if the longer answer were always preferred; its penalty is nearly
// zero, so that length explains what it can before θ does.
const (
	thetaPenalty = 0.1
	phiPenalty   = 1e-4
)

// fitLogistic fits P(y) = σ(θ + φ·x) to weighted pairs with Newton's method. The loss includes thetaPenalty·θ²/2 and
// phiPenalty·φ²/2.
func fitLogistic(weights []float64, y []bool, x []float64) (theta, phi float64) {
	for range 50 {
		// Gradient [2] and Hessian [2, 2] of the loss.
		g0, g1 := thetaPenalty*theta, phiPenalty*phi
		h00, h01, h11 := thetaPenalty, 0.0, phiPenalty
		for i, weight := range weights {
			if weight == 0 {
				continue
			}
			p := sigmoid(theta + phi*x[i])
			residual := p
			if y[i] {
				residual = p - 1
			}
			g0 += weight * residual
			g1 += weight * residual * x[i]
			curvature := weight * p * (1 - p)
			h00 += curvature
			h01 += curvature * x[i]
			h11 += curvature * x[i] * x[i]
		}
		determinant := h00*h11 - h01*h01
		d0, d1 := (h11*g0-h01*g1)/determinant, (h00*g1-h01*g0)/determinant
		size := max(math.Abs(d0), math.Abs(d1))
		if size > 2 { // far from the optimum a Newton step overshoots
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
