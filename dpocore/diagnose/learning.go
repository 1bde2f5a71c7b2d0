package diagnose

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/metrics"
)

// Bounds of the rules on learning. They are rules of thumb, chosen on the built-in pairs and on HH-RLHF.
const (
	fewSteps      = 10   // a run of fewer shows no trend
	littleGap     = 0.2  // nats by which chosen answers must gain more than rejected ones
	risen         = 0.05 // the loss above where it began
	offReference  = 0.05 // nats between policy and reference before the first update
	mostlyClipped = 0.95 // of the steps
	muchClipped   = 3    // times the norm at which a gradient is shortened, in the middle
	someSkipped   = 0.02 // of the steps
	manySkipped   = 0.2  // of the steps
	tinyGradient  = 1e-4 // the gradient's norm
	fewPairs      = 500  // below this the base model is hard to beat
	shortRun      = 50   // steps below which more may help by itself
	usualRate     = 5e-5 // the default learning rate
	strongerBeta  = 0.2  // what a run that does not learn may raise its beta to
)

func tooShort(r Run) (Finding, bool) {
	return Finding{
		Mark: Unknown, Cause: "The run is too short to show a trend.",
		Evidence: fmt.Sprintf("It has %d steps.", len(r.History.Steps)), Remedy: "Train for 50 steps or more.",
	}, !r.enough()
}

func notLearning(r Run) (Finding, bool) {
	if !r.enough() || r.risenBy() > risen {
		return Finding{}, false
	}
	first, last := r.ends(func(e metrics.Event) float64 { return e.Loss })
	gap := r.gap()
	if gap >= littleGap {
		return Finding{
			Mark: Good, Cause: "The model is learning:",
			Evidence: fmt.Sprintf("the loss went from %.3f to %.3f, and chosen answers have gained %.1f nats more than rejected ones.", first, last, gap),
		}, true
	}
	return Finding{
		Mark: Wrong, Cause: "The model is not learning:",
		Evidence: fmt.Sprintf("the loss went from %.4f to %.4f, and chosen answers have gained %.2f nats more than rejected ones; below %g is next to nothing.", first, last, gap, littleGap),
		Remedy:   r.howToLearn(),
	}, true
}

// howToLearn lists what helps a run that does not learn, what its settings make likeliest first.
func (r Run) howToLearn() string {
	var steps []string
	c := r.Settings.Config
	if c.LearningRate < usualRate {
		steps = append(steps, fmt.Sprintf("raise the learning rate (it is %g; %g is the usual start)", c.LearningRate, usualRate))
	}
	if n := len(r.History.Steps); n <= shortRun {
		steps = append(steps, fmt.Sprintf("train for more steps than %d", n))
	}
	if c.Beta < strongerBeta {
		steps = append(steps, fmt.Sprintf("raise beta to 0.2–0.3 (it is %g)", c.Beta))
	}
	steps = append(steps, "look at the data's format (dpo data show), and whether the chosen answers are the better ones")
	return sentence(strings.Join(steps, "; "))
}

// risenBy is by how much the loss ends above that of the first step, before which nothing was changed.
func (r Run) risenBy() float64 {
	_, last := r.ends(func(e metrics.Event) float64 { return e.Loss })
	if math.IsNaN(last) {
		return math.Inf(1)
	}
	return last - r.History.Steps[0].Loss
}

// gap is by how many nats chosen answers have gained more than rejected ones, in the last steps.
func (r Run) gap() float64 {
	_, margin := r.ends(func(e metrics.Event) float64 { return e.RewardsMargins })
	return margin / r.Settings.Config.Beta
}

func diverged(r Run) (Finding, bool) {
	if !r.enough() || r.risenBy() <= risen {
		return Finding{}, false
	}
	_, last := r.ends(func(e metrics.Event) float64 { return e.Loss })
	f := Finding{
		Mark: Wrong, Cause: "The run has gone astray:", Evidence: fmt.Sprintf("the loss rose from %.3f to %.3f.", r.History.Steps[0].Loss, last),
		Remedy: fmt.Sprintf("Lower the learning rate (it is %g) to a tenth.", r.Settings.Config.LearningRate),
	}
	if math.IsNaN(last) {
		f.Evidence = "the loss is no longer a number."
	}
	return f, true
}

// swapped says whether the run has learned its training pairs, and just for that ranks held-out ones wrong. Before it has
// learned anything its margins are rounding, and their signs mean nothing.
func (r Run) swapped() bool {
	accuracy, _, ok := r.accuracy()
	return ok && r.enough() && accuracy.Below(0.5) && r.gap() >= littleGap
}

func labelsSwapped(r Run) (Finding, bool) {
	if !r.swapped() {
		return Finding{}, false
	}
	accuracy, pairs, _ := r.accuracy()
	_, training := r.ends(func(e metrics.Event) float64 { return e.RewardsAccuracies })
	return Finding{
		Mark: Wrong, Cause: "The labels look swapped:",
		Evidence: fmt.Sprintf("of the %d held-out pairs %s are ranked right (%s to %s), worse than chance, and of the training pairs %s. What it learns from the one is the opposite of what the other wants.",
			pairs, percent(accuracy.Value), percent(accuracy.Low), percent(accuracy.High), percent(training)),
		Remedy: "Read a few pairs of both (dpo data show): are chosen and rejected exchanged in one of them, by a wrong column or a rating where less is better?",
	}, true
}

func referenceMismatch(r Run) (Finding, bool) {
	if len(r.History.Steps) == 0 || r.History.Steps[0].Step != 1 {
		return Finding{}, false
	}
	first := r.History.Steps[0]
	off := math.Max(math.Abs(first.RewardsChosen), math.Abs(first.RewardsRejected)) / r.Settings.Config.Beta
	if !(off > offReference) {
		return Finding{}, false
	}
	f := Finding{
		Mark: Wrong, Cause: "Policy and reference are not the same model at the start:",
		Evidence: fmt.Sprintf("before the first update an answer's log-probabilities under the two lie %.2f nats apart, where 0 is right.", off),
		Remedy:   "Check that the reference's figures were made with the same weights, tokenizer, template and greatest length.",
	}
	if adapter := r.Settings.Config.InitAdapter; adapter != "" {
		f.Mark = Look
		f.Evidence += fmt.Sprintf(" The run began with the adapter %s, and its reference is the model without it.", adapter)
		f.Remedy = "Margins and rewards hold what that adapter had learned before; merge it first (dpo merge) if it is meant to be the reference."
	}
	return f, true
}

func gradientClipped(r Run) (Finding, bool) {
	limit := r.Settings.Config.MaxGradNorm
	var norms []float64
	clipped := 0
	for _, e := range r.History.Steps {
		if !math.IsNaN(e.GradNorm) {
			norms = append(norms, e.GradNorm)
			if e.GradNorm > limit {
				clipped++
			}
		}
	}
	if len(norms) < fewSteps || limit <= 0 {
		return Finding{}, false
	}
	slices.Sort(norms)
	middle := norms[len(norms)/2]
	if float64(clipped) < mostlyClipped*float64(len(norms)) || middle < muchClipped*limit {
		return Finding{}, false
	}
	return Finding{
		Mark: Look, Cause: "The gradient is clipped all the time:",
		Evidence: fmt.Sprintf("in %d of %d steps it is longer than %g, in the middle one %.1f times as long. Hard pairs then count no more than easy ones.", clipped, len(norms), limit, middle/limit),
		Remedy:   fmt.Sprintf("Take more pairs a step; then lower the learning rate (it is %g). A long gradient late in a run is most often a rate too high.", r.Settings.Config.LearningRate),
	}, true
}

func stepsSkipped(r Run) (Finding, bool) {
	skipped := 0
	for _, e := range r.History.Steps {
		if math.IsNaN(e.GradNorm) || math.IsInf(e.GradNorm, 0) {
			skipped++
		}
	}
	share := float64(skipped) / float64(max(1, len(r.History.Steps)))
	if share <= someSkipped {
		return Finding{}, false
	}
	f := Finding{
		Mark: Look, Cause: "Steps were skipped:",
		Evidence: fmt.Sprintf("in %d of %d the gradient was too large for %s, and they changed nothing.", skipped, len(r.History.Steps), r.Settings.Config.Precision),
		Remedy:   "Train in float32, or lower the learning rate.",
	}
	if share >= manySkipped {
		f.Mark = Wrong
	}
	return f, true
}

func nothingLeft(r Run) (Finding, bool) {
	_, norm := r.ends(func(e metrics.Event) float64 { return e.GradNorm })
	return Finding{
		Mark: Look, Cause: "Hardly anything is left to learn from these pairs:",
		Evidence: fmt.Sprintf("the gradient's norm is %.1e at the end.", norm), Remedy: "Add new pairs, or stop earlier.",
	}, r.enough() && norm < tinyGradient
}

func percent(x float64) string { return fmt.Sprintf("%.0f %%", 100*x) }

// sentence begins with a capital and ends with a full stop.
func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] + "." }
