package views

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/loss/losscurve"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/plots"
)

// Losses are curves of losses by name, over gaps, in the order of Names.
type Losses struct {
	Names  []string
	Gaps   []float64
	Curves map[string]losscurve.Curve // relative to the gap at Zero
	Zero   int
}

// LossGaps are the gaps at which losses are drawn, from −span to span, and the index of 0.
func LossGaps(span float64) (gaps []float64, zero int) {
	const half = 60
	for i := -half; i <= half; i++ {
		gaps = append(gaps, span*float64(i)/half)
	}
	return gaps, half
}

// Figures are the losses, and their pushes on the chosen and the rejected answer.
func (v Losses) Figures() []plots.Figure {
	const gap = "gap: log-ratio of chosen minus that of rejected, in nats"
	series := func(of func(losscurve.Curve) []float64) (all []plots.Series) {
		for _, name := range v.Names {
			all = append(all, plots.Series{Name: name, X: v.Gaps, Y: of(v.Curves[name])})
		}
		return all
	}
	return []plots.Figure{
		plots.Along("losses", "Loss, from a gap of 0 on", gap, "loss, in units of its derivative at 0", series(func(c losscurve.Curve) []float64 { return c.Loss })...),
		plots.Along("pushes_chosen", "Push on the chosen answer", gap, "up is more likely", series(func(c losscurve.Curve) []float64 { return c.Chosen })...),
		plots.Along("pushes_rejected", "Push on the rejected answer", gap, "down is less likely", series(func(c losscurve.Curve) []float64 { return c.Rejected })...),
	}
}

// Table is how each loss pushes a pair before training, once it has learned some, and once it has learned much.
func (v Losses) Table() output.Table {
	t := output.Table{Caption: "Pushes on chosen and rejected answer, in units of the loss's derivative at a gap of 0", Columns: []string{"loss"}}
	last := len(v.Gaps) - 1
	at := []int{v.Zero / 2, v.Zero, (v.Zero + last) / 2, last}
	for _, i := range at {
		t.Columns = append(t.Columns, fmt.Sprintf("gap %g", v.Gaps[i]))
	}
	for _, name := range v.Names {
		row := []string{name}
		for _, i := range at {
			row = append(row, fmt.Sprintf("%+.2f, %+.2f", v.Curves[name].Chosen[i], v.Curves[name].Rejected[i]))
		}
		t.Add(row...)
	}
	return t
}
