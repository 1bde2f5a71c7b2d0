package plots

import (
	"math"

	"gonum.org/v1/plot/plotter"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/plots/internal/look"
)

// Effects draws what the settings of a sweep do, over their KL from the reference: held-out accuracy, the chosen answers'
// log-probability, and length and repetition of sampled answers, all with 95 % intervals. A dashed line is the base model.
func Effects(settings []sweep.Setting) Figure {
	over := func(p panel, of func(sweep.Setting) statistics.Estimate) panel {
		p.x, p.empty = &xAxis{label: "KL from the reference (nats per token)", minSpan: 1e-4}, "No answers sampled yet"
		var points []line
		for i, s := range settings {
			color, y := look.Of(i).Color, of(s)
			p.lines = append(p.lines,
				interval(plotter.XY{X: max(0, s.KL.Low), Y: y.Value}, plotter.XY{X: s.KL.High, Y: y.Value}, color),
				interval(plotter.XY{X: s.KL.Value, Y: y.Low}, plotter.XY{X: s.KL.Value, Y: y.High}, color))
			points = append(points, dots(s.Name, plotter.XYs{{X: s.KL.Value, Y: y.Value}}, color).numbered(i))
		}
		p.lines = append(p.lines, points...)
		return p
	}
	length, repeated := panel{title: "Length of answers", yLabel: "Tokens", minSpan: 5}, panel{title: "Repetition in answers", yLabel: "Repeated 4-grams", percent: true, zoom: true, minSpan: 0.05}
	for _, s := range settings {
		if s.Answers != nil {
			length.references = []reference{{level: s.Answers.Base.Tokens, label: "base model"}}
			repeated.references = []reference{{level: s.Answers.Base.Repetition, label: "base model"}}
		}
	}
	accuracy := panel{title: "Held-out accuracy", yLabel: "Pairs ranked right", percent: true, zoom: true, minSpan: 0.1}
	chosen := panel{title: "Held-out chosen answers", yLabel: "Change in log-probability (nats)", minSpan: 1, references: []reference{{level: 0, label: "as the base model"}}}
	figure := wide("effects", 11, 8, []panel{
		over(accuracy, func(s sweep.Setting) statistics.Estimate { return s.Accuracy }),
		over(chosen, func(s sweep.Setting) statistics.Estimate { return s.Chosen }),
	}, []panel{
		over(length, func(s sweep.Setting) statistics.Estimate { return answersIn(s).Tokens }),
		over(repeated, func(s sweep.Setting) statistics.Estimate { return answersIn(s).Repetition }),
	})
	figure.Height += 2 * figure.legendExcess()
	return figure
}

// answersIn is the answers of a setting; without any, no figure of them is drawn.
func answersIn(s sweep.Setting) evaluation.ReplicatedAnswers {
	if s.Answers == nil {
		gap := statistics.Estimate{Value: math.NaN(), Low: math.NaN(), High: math.NaN()}
		return evaluation.ReplicatedAnswers{Tokens: gap, Repetition: gap}
	}
	return *s.Answers
}
