package measure

import (
	"fmt"
	"math"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/loss/losscurve"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/views"
)

// usual are the losses that are drawn if none is named.
var usual = []string{"sigmoid", "hinge", "ipo", "simpo", "kto"}

// Losses evaluates losses by TRL's names over gaps from −span to span nats, with the values of the settings.
func Losses(c config.Config, span float64, names []string, status cell.Status) (v views.Losses, err error) {
	if !(span > 0) || math.IsInf(span, 0) {
		return v, fmt.Errorf("the span is %g; it must be above 0 (40 nats is a good start)", span)
	}
	if len(names) == 0 {
		names = usual
	}
	backend, err := device.Open()
	if err != nil {
		return v, err
	}
	defer backend.Finalize()
	v = views.Losses{Names: names, Curves: map[string]losscurve.Curve{}}
	v.Gaps, v.Zero = views.LossGaps(span)
	for i, name := range names {
		status("Evaluating %s, loss %d of %d", name, i+1, len(names))
		c.LossType, c.LossWeights = name, nil
		if err := c.Validate(); err != nil {
			return v, err
		}
		lossType, scalars := c.Loss()
		curve, err := losscurve.Of(backend, lossType, scalars, v.Gaps)
		if err != nil {
			return v, err
		}
		v.Curves[name] = curve.Relative(v.Zero)
	}
	return v, nil
}
