package diagnose

import (
	"strings"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/metrics"
)

// The runs here are constructed figures; real_test.go has real ones of a tiny model.

// sound is a run with nothing to complain of: 50 steps at the default settings whose figures go in a straight line, and 60
// held-out pairs of which 48 are ranked right, half of either with the chosen answer the longer one.
func sound() Run {
	var r Run
	c := &r.Settings.Config
	c.Beta, c.LossType, c.LearningRate, c.MaxGradNorm, c.Precision = 0.1, "sigmoid", 5e-5, 1, "float32"
	r.Settings.Train.Pairs, r.Settings.HeldOut.Pairs = 600, 60
	r.steps(func(part float64, e *metrics.Event) {
		e.Loss, e.GradNorm, e.Epoch = 0.693-0.2*part, 1.2, 1.7*part
		e.RewardsChosen, e.RewardsRejected, e.RewardsMargins = 0.3*part, -0.1*part, 0.4*part
		e.RewardsAccuracies = 0.5 + 0.4*part
	})
	r.History.Evaluations = []metrics.Evaluation{
		{Step: 25, Loss: 0.65, RewardsAccuracies: 0.75, RewardsChosen: 0.1, RewardsRejected: -0.05},
		{Step: 50, Loss: 0.6, RewardsAccuracies: 0.8, RewardsChosen: 0.15, RewardsRejected: -0.1},
	}
	r.pairs(func(i int) (margin float64, longer int) { return float64(1 - 2*(i%5/4)), 10 * (1 - 2*(i%2)) })
	r.Answers = answers("An answer of a few words.", "Another one, not less of an answer.", true)
	return r
}

func (r *Run) steps(figure func(part float64, e *metrics.Event)) {
	r.History.Steps = nil
	for step := range 50 {
		e := metrics.Event{Step: step + 1}
		figure(float64(step)/49, &e)
		r.History.Steps = append(r.History.Steps, e)
	}
}

// each changes the steps that are there.
func (r *Run) each(change func(part float64, e *metrics.Event)) {
	for i := range r.History.Steps {
		change(float64(i)/49, &r.History.Steps[i])
	}
}

func (r *Run) pairs(figure func(i int) (margin float64, longer int)) {
	r.Pairs = nil
	for i := range 60 {
		margin, longer := figure(i)
		r.Pairs = append(r.Pairs, evaluation.Pair{Prompt: i, Margin: margin, TokensChosen: 50 + longer, TokensRejected: 50})
	}
}

func (r *Run) lastEvaluation() *metrics.Evaluation { return &r.History.Evaluations[1] }

func answers(before, after string, ended bool) (list []evaluation.Answered) {
	for range 4 {
		list = append(list, evaluation.Answered{Prompt: "Why?", Base: evaluation.Answer{Text: before, Ended: true}, Run: evaluation.Answer{Text: after, Ended: ended}})
	}
	return list
}

// rightOf are pairs of which so many of sixty are ranked right, without regard to length.
func rightOf(right int) func(i int) (float64, int) {
	return func(i int) (float64, int) {
		if i*7%60 < right {
			return 1, 10 * (1 - 2*(i%2))
		}
		return -1, 10 * (1 - 2*(i%2))
	}
}

var circles = strings.Repeat("and so it goes on ", 6)
