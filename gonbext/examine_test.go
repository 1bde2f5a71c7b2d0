package gonbext

import (
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore"
	"example.com/gonb-dpo/dpocore/metrics"
)

// synthetic is a run of 50 steps whose figures go in a straight line from the model before training to last.
func synthetic(last metrics.Event, held ...metrics.Evaluation) examined {
	r := examined{config: dpocore.DefaultConfig(), heldOut: 60, history: metrics.History{Evaluations: held}}
	for step := range 50 {
		part := float64(step) / 49
		r.history.Steps = append(r.history.Steps, metrics.Event{
			Step: step + 1, Epoch: part * last.Epoch, GradNorm: last.GradNorm,
			Loss: 0.6931 + part*(last.Loss-0.6931), RewardsMargins: part * last.RewardsMargins,
			RewardsChosen: part * last.RewardsChosen, RewardsRejected: part * last.RewardsRejected,
			RewardsAccuracies: 0.5 + part*(last.RewardsAccuracies-0.5),
		})
	}
	return r
}

// sound is a run with nothing to complain of.
func sound() examined {
	r := synthetic(metrics.Event{Loss: 0.5, GradNorm: 1, RewardsMargins: 0.4, RewardsChosen: 0.3, RewardsRejected: -0.1, RewardsAccuracies: 0.9, Epoch: 1.7},
		metrics.Evaluation{Step: 25, Loss: 0.65, RewardsAccuracies: 0.75, RewardsChosen: 0.1}, metrics.Evaluation{Step: 50, Loss: 0.6, RewardsAccuracies: 0.8, RewardsChosen: 0.15})
	r.answers = []dpocore.Answers{{Prompt: "Why?", Before: "So.", After: "Because."}}
	return r
}

func TestDiagnosis(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*examined)
		mark   mark
		want   string
	}{
		{"sound", func(*examined) {}, good, "The loss fell from"},
		{"short", func(r *examined) { r.history.Steps = r.history.Steps[:4] }, noWord, "4 steps are too few"},
		{"not learning", func(r *examined) { *r = synthetic(metrics.Event{Loss: 0.6925, GradNorm: 1, RewardsMargins: 0.001}) }, wrong, "next to nothing"},
		{"diverged", func(r *examined) { *r = synthetic(metrics.Event{Loss: 2, GradNorm: 1, RewardsMargins: -1}) }, wrong, "above the 0.693 of a coin toss"},
		{"swapped", func(r *examined) { r.history.Evaluations[1].RewardsAccuracies = 0.2 }, wrong, "worse than chance"},
		{"chance", func(r *examined) { r.history.Evaluations[1].RewardsAccuracies = 0.55 }, look, "which chance alone can reach"},
		{"displacement", func(r *examined) {
			// at beta 0.1 a reward of -0.5 is a loss of 5 nats
			r.history.Evaluations[1].RewardsChosen, r.history.Evaluations[1].RewardsRejected = -0.5, -0.9
		}, look, "less likely, by 5.0 nats"},
		{"overfit", func(r *examined) { r.history.Evaluations[1].Loss = 0.7 }, look, "Train 25 steps"},
		{"wide gap", func(r *examined) { r.history.Evaluations[1].RewardsAccuracies = 0.65 }, look, "held-out ones only in 65 %"},
		{"long gradient", func(r *examined) {
			for i := range r.history.Steps {
				r.history.Steps[i].GradNorm = 30
			}
		}, look, "norm is 30.0"},
		{"unchanged", func(r *examined) { r.answers[0].After = "So." }, look, "word for word"},
		{"in circles", func(r *examined) { r.answers[0].After = strings.Repeat("and so it goes on ", 6) }, wrong, "go round in circles"},
		{"empty", func(r *examined) { r.answers[0].After = " " }, wrong, "1 of 1 answers are empty"},
		{"not compared", func(r *examined) { r.answers = nil }, noWord, "Run gonbext.Compare"},
		{"nothing held out", func(r *examined) { r.history.Evaluations = nil }, noWord, "No pairs were held out"},
	} {
		r := sound()
		test.change(&r)
		found := r.findings()
		text := found.Text()
		if !found.has(test.mark) || !strings.Contains(text, test.want) {
			t.Errorf("%s: want a %s finding with %q in\n%s", test.name, test.mark, test.want, text)
		}
		if test.mark == good && (found.has(look) || found.has(wrong) || found.has(noWord)) {
			t.Errorf("%s: more than good news in\n%s", test.name, text)
		}
		if html := string(found.HTML()); !strings.Contains(html, "Is it learning?") {
			t.Errorf("%s: HTML lacks the questions: %s", test.name, html)
		}
	}
}
