package diagnose

import (
	"strings"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/metrics"
)

// The runs in this file are synthetic; real_test.go trains a tiny model.

// healthy returns a run without problems: 50 steps at the default settings with linear curves, and 60 held-out pairs of which
// 48 are ranked correctly. In half of each kind, the chosen answer is the longer one.
func healthy() Run {
	var r Run
	c := &r.Settings.Config
	c.Beta, c.LossType, c.LearningRate, c.MaxGradNorm, c.Precision = 0.1, "sigmoid", 5e-5, 1, "float32"
	r.Settings.Train.Pairs, r.Settings.HeldOut.Pairs = 600, 60
	r.setSteps(func(progress float64, e *metrics.Event) {
		e.Loss, e.GradNorm, e.Epoch = 0.693-0.2*progress, 1.2, 1.7*progress
		e.RewardsChosen, e.RewardsRejected, e.RewardsMargins = 0.3*progress, -0.1*progress, 0.4*progress
		e.RewardsAccuracies = 0.5 + 0.4*progress
	})
	r.History.Evaluations = []metrics.Evaluation{
		{Step: 25, PairMeans: metrics.PairMeans{Loss: 0.65, RewardsAccuracies: 0.75, RewardsChosen: 0.1, RewardsRejected: -0.05}},
		{Step: 50, PairMeans: metrics.PairMeans{Loss: 0.6, RewardsAccuracies: 0.8, RewardsChosen: 0.15, RewardsRejected: -0.1}},
	}
	r.setPairs(func(i int) (margin float64, longer int) { return float64(1 - 2*(i%5/4)), 10 * (1 - 2*(i%2)) })
	r.Answers = answers("An answer of a few words.", "Another answer that is just as good.", true)
	return r
}

// setSteps replaces the steps; progress goes from 0 to 1.
func (r *Run) setSteps(set func(progress float64, e *metrics.Event)) {
	r.History.Steps = nil
	for step := range 50 {
		e := metrics.Event{Step: step + 1}
		set(float64(step)/49, &e)
		r.History.Steps = append(r.History.Steps, e)
	}
}

// each modifies every step; progress goes from 0 to 1.
func (r *Run) each(change func(progress float64, e *metrics.Event)) {
	for i := range r.History.Steps {
		change(float64(i)/49, &r.History.Steps[i])
	}
}

// setPairs replaces the 60 held-out pairs; longer is the length of the chosen answer minus that of the rejected one.
func (r *Run) setPairs(pair func(i int) (margin float64, longer int)) {
	r.Pairs = nil
	for i := range 60 {
		margin, longer := pair(i)
		r.Pairs = append(r.Pairs, evaluation.Pair{Prompt: i, Margin: margin, TokensChosen: 50 + longer, TokensRejected: 50})
	}
}

func (r *Run) finalEvaluation() *metrics.Evaluation { return &r.History.Evaluations[1] }

func answers(before, after string, ended bool) (list []evaluation.AnswerPair) {
	for range 4 {
		list = append(list, evaluation.AnswerPair{Prompt: "Why?", Base: evaluation.Answer{Text: before, Ended: true}, Run: evaluation.Answer{Text: after, Ended: ended}})
	}
	return list
}

// withCorrect makes pairs of which that many out of 60 are ranked correctly, regardless of length.
func withCorrect(correct int) func(i int) (float64, int) {
	return func(i int) (float64, int) {
		if i*7%60 < correct {
			return 1, 10 * (1 - 2*(i%2))
		}
		return -1, 10 * (1 - 2*(i%2))
	}
}

// repetitive is a text that repeats itself.
var repetitive = strings.Repeat("and so it repeats ", 6)
