package train

import (
	"errors"
	"fmt"
	"math"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/policy"
)

// lossScale is the loss's factor in float16, and how many steps it has served. It is halved where a gradient overflows and
// doubled again after scalePatience good steps, up to where it began (Micikevicius et al. 2018,
// https://arxiv.org/abs/1710.03740). Below 1 it is not the scale that is at fault.
type lossScale struct {
	Factor float64
	Served int
}

const scalePatience = 200

func firstLossScale(precision string) lossScale {
	if precision == config.Float16 {
		return lossScale{Factor: policy.HalfLossScale}
	}
	return lossScale{Factor: 1}
}

// after is the scale after a step, which overflowed or not; first is what it began with.
func (s lossScale) after(overflowed bool, first float64) lossScale {
	switch {
	case overflowed:
		return lossScale{Factor: s.Factor / 2}
	case s.Served+1 == scalePatience && s.Factor < first:
		return lossScale{Factor: s.Factor * 2}
	default:
		return lossScale{s.Factor, s.Served + 1}
	}
}

// update makes the step with the gradients gathered, those of the pairs of indices, and returns their norm. In float16 a
// gradient can leave the range of its numbers; such a step changes nothing but the loss's scale.
func (t *trainer) update(rate float64, indices []int) (norm float64, err error) {
	overflowed := t.overflowed
	t.overflowed = false
	if overflowed {
		norm, err = math.NaN(), t.devices.DropGradients()
	} else {
		norm, err = t.devices.Update(rate, t.config.MaxGradNorm)
	}
	switch {
	case errors.Is(err, policy.ErrNotFinite):
		return norm, t.notFinite("the adapter's norm", indices)
	case err != nil:
		return norm, err
	}
	t.scale = t.scale.after(overflowed, firstLossScale(t.model.Precision()).Factor)
	t.devices.SetLossScale(t.scale.Factor)
	if overflowed {
		t.listener.Note(fmt.Sprintf("Step %d was skipped: its gradient is too large for float16. The loss's scale is %g from now on; if this happens often, take float32.", t.step+1, t.scale.Factor))
	}
	return norm, nil
}
