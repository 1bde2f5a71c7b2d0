package train

import (
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/policy"
)

// lossScale is the factor of the loss in float16, and how many steps it has been in use. It is halved when a gradient
// overflows and doubled again after scalePatience good steps, up to its initial value (Micikevicius et al. 2018,
// https://arxiv.org/abs/1710.03740). Below 1 the scale is not to blame.
type lossScale struct {
	factor float64
	steps  int
}

const scalePatience = 200

func initialLossScale(precision string) lossScale {
	if precision == config.Float16 {
		return lossScale{factor: policy.HalfLossScale}
	}
	return lossScale{factor: 1}
}

// next is the scale after a step; initial is the factor that it started with.
func (s lossScale) next(overflowed bool, initial float64) lossScale {
	switch {
	case overflowed:
		return lossScale{factor: s.factor / 2}
	case s.steps+1 == scalePatience && s.factor < initial:
		return lossScale{factor: s.factor * 2}
	default:
		return lossScale{s.factor, s.steps + 1}
	}
}
