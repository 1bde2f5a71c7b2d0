// Package lossscale has the factor of the loss in float16.
package lossscale

import (
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/policy"
)

// Scale is the factor of the loss in float16, and how many steps it has been in use. It is halved when a gradient
// overflows and doubled again after scalePatience good steps, up to its initial value (Micikevicius et al. 2018,
// https://arxiv.org/abs/1710.03740). Below 1 the scale is not to blame.
type Scale struct {
	Factor float64
	Steps  int
}

const scalePatience = 200

// Initial is the scale that a run in a precision begins with.
func Initial(precision string) Scale {
	if precision == config.Float16 {
		return Scale{Factor: policy.HalfLossScale}
	}
	return Scale{Factor: 1}
}

// Next is the scale after a step; initial is the factor that it started with.
func (s Scale) Next(overflowed bool, initial float64) Scale {
	switch {
	case overflowed:
		return Scale{Factor: s.Factor / 2}
	case s.Steps+1 == scalePatience && s.Factor < initial:
		return Scale{Factor: s.Factor * 2}
	default:
		return Scale{s.Factor, s.Steps + 1}
	}
}
