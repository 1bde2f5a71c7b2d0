package diagnose

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/internal/wording"
)

// Thresholds of the rules on learning. They are rules of thumb, chosen on the built-in pairs and on HH-RLHF.
const (
	minSteps          = 10   // a shorter run shows no trend
	answerTokens      = 20   // of a typical answer, for figures per token
	minGap            = 0.2  // nats by which chosen answers must gain more than rejected ones
	maxRise           = 0.05 // of the loss above that of the first step, relative to the latter if that is above 1
	halved            = 0.5  // final loss, as a share of the first, of a run that learns however small its margins are meant to be
	farGap            = 10   // nats between the gains of chosen and rejected answers that are far from the reference
	maxInitialDiff    = 0.05 // nats between policy and reference before the first update
	mostlyClipped     = 0.95 // share of the steps
	strongClipping    = 3    // median gradient norm as a multiple of the clipping limit
	maxSkipped        = 0.02 // share of the steps
	tooManySkipped    = 0.2  // share of the steps
	tinyGradient      = 1e-4 // norm
	fewPairs          = 500  // with fewer, the base model is hard to beat
	shortRun          = 50   // steps up to which longer training may help
	usualLearningRate = 5e-5 // the default
	strongBeta        = 0.2  // a run that doesn't learn may raise its beta to this
)

// Metrics for [Run.ends].
func loss(e metrics.Event) float64     { return e.Loss }
func accuracy(e metrics.Event) float64 { return e.RewardsAccuracies }

func tooShort(r Run) (Finding, bool) {
	return Finding{
		Mark: Unknown, Cause: "The run is too short to show a trend.",
		Evidence: fmt.Sprintf("It has %s.", wording.Count(len(r.History.Steps), "step")), Remedy: "Train for at least 50 steps.",
	}, !r.longEnough()
}

func notLearning(r Run) (Finding, bool) {
	if !r.longEnough() || r.lossRise() > maxRise {
		return Finding{}, false
	}
	own := r.own()
	first, last := own.ends(loss)
	gap := r.gap()
	unit, scale := r.nats()
	if gap >= minGap*scale || last <= halved*own.History.Steps[0].Loss {
		return Finding{
			Mark: Good, Cause: "The model is learning:",
			Evidence: fmt.Sprintf("the loss went from %.3f to %.3f, and chosen answers gained %.*f %s more than rejected ones.", first, last, digits(scale), gap, unit),
		}, true
	}
	return Finding{
		Mark: Problem, Cause: "The model is not learning:",
		Evidence: fmt.Sprintf("the loss went from %.4f to %.4f, and chosen answers gained %.*f %s more than rejected ones; less than %.2g is negligible.", first, last, digits(scale)+1, gap, unit, minGap*scale),
		Remedy:   r.learningRemedy(),
	}, true
}

// digits returns how many decimals show a gain in a unit of this scale.
func digits(scale float64) int {
	if scale < 1 {
		return 2
	}
	return 1
}

// learningRemedy lists what helps a run that doesn't learn, most likely first given its settings.
func (r Run) learningRemedy() string {
	var remedies []string
	c := r.Settings.Config
	if c.LearningRate < usualLearningRate {
		remedies = append(remedies, fmt.Sprintf("raise the learning rate (now %g; %g is the default)", c.LearningRate, usualLearningRate))
	}
	if n := len(r.History.Steps); n <= shortRun {
		remedies = append(remedies, fmt.Sprintf("train for more than %d steps", n))
	}
	if c.Beta < strongBeta {
		remedies = append(remedies, fmt.Sprintf("raise beta to 0.2–0.3 (now %g)", c.Beta))
	}
	remedies = append(remedies, "check the format of the data (dpo data show), and that the chosen answers are the better ones")
	return sentence(strings.Join(remedies, "; "))
}

// own is the run without the steps that a fork has from another run, whose losses may be of other settings.
func (r Run) own() Run {
	at := slices.IndexFunc(r.History.Steps, func(e metrics.Event) bool { return e.Step > r.History.ForkedAt })
	if at > 0 {
		r.History.Steps = r.History.Steps[at:]
	}
	return r
}

// lossRise is the final loss minus that of the first step, which precedes any update of the run's. It is +∞ if the final loss is NaN,
// and 0 if a fork has too few steps to show a trend.
func (r Run) lossRise() float64 {
	r = r.own()
	_, last := r.ends(loss)
	switch {
	case math.IsNaN(last):
		return math.Inf(1)
	case !r.longEnough():
		return 0
	}
	first := r.History.Steps[0].Loss
	return (last - first) / math.Max(1, math.Abs(first)) // IPO's loss begins at 1/(4β²), 25 for the default beta
}

// gap is how much more chosen answers gained than rejected ones by the last steps, in the unit of [Run.nats].
func (r Run) gap() float64 { return r.moved(func(e metrics.Event) float64 { return e.RewardsMargins }) }

// learned reports whether that is more than nothing.
func (r Run) learned() bool {
	_, scale := r.nats()
	return r.gap() >= minGap*scale
}

func diverged(r Run) (Finding, bool) {
	if !r.longEnough() || r.lossRise() <= maxRise {
		return Finding{}, false
	}
	r = r.own()
	_, last := r.ends(loss)
	f := Finding{
		Mark: Problem, Cause: "The run has diverged:", Evidence: fmt.Sprintf("the loss rose from %.3f to %.3f.", r.History.Steps[0].Loss, last),
		Remedy: fmt.Sprintf("Lower the learning rate (now %g) to a tenth.", r.Settings.Config.LearningRate),
	}
	if math.IsNaN(last) {
		f.Evidence = "the loss is NaN."
	}
	return f, true
}

// swapped reports whether the run has learned its training pairs and therefore ranks the held-out pairs wrongly. Before it
// has learned anything, margins are rounding errors and their signs mean nothing.
func (r Run) swapped() bool {
	accuracy, _, ok := r.accuracy()
	return ok && r.longEnough() && accuracy.Below(0.5) && r.learned() && !r.referenceFree()
}

func labelsSwapped(r Run) (Finding, bool) {
	if !r.swapped() {
		return Finding{}, false
	}
	heldOut, pairs, _ := r.accuracy()
	_, training := r.ends(accuracy)
	return Finding{
		Mark: Problem, Cause: "The labels look swapped:",
		Evidence: fmt.Sprintf("%s of the %d held-out pairs are ranked correctly (%s to %s), which is worse than chance, and %s of the training pairs. The two sets reward opposite answers.",
			wording.Percent(heldOut.Value), pairs, wording.Percent(heldOut.Low), wording.Percent(heldOut.High), wording.Percent(training)),
		Remedy: "Read a few pairs of both sets (dpo data show): are chosen and rejected swapped in one of them, because of a wrong column or a rating in which lower is better?",
	}, true
}

func referenceMismatch(r Run) (Finding, bool) {
	if len(r.History.Steps) == 0 || r.History.Steps[0].Step != 1 || r.referenceFree() {
		return Finding{}, false
	}
	first := r.History.Steps[0]
	diff := math.Max(math.Abs(first.RewardsChosen), math.Abs(first.RewardsRejected)) / r.Settings.Config.Beta
	another := !slices.Contains([]string{"", "base", "adapter"}, r.Settings.Config.Reference) // another model, which may differ
	if !(diff > maxInitialDiff) || another {
		return Finding{}, false
	}
	f := Finding{
		Mark: Problem, Cause: "Policy and reference are not the same model at the start:",
		Evidence: fmt.Sprintf("before the first update, their log-probabilities for an answer differ by %.2f nats; they should be equal.", diff),
		Remedy:   "Check that the reference log-probabilities were computed with the same weights, tokenizer, template and maximum length.",
	}
	if adapter := r.Settings.Config.InitAdapter; adapter != "" {
		f.Mark = Warning
		f.Evidence += fmt.Sprintf(" The run started from the adapter %s, and its reference is the model without it.", adapter)
		f.Remedy = "Margins and rewards include what that adapter had already learned; merge it first (dpo merge) if it should be the reference."
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
	if len(norms) < minSteps || limit <= 0 {
		return Finding{}, false
	}
	slices.Sort(norms)
	median := norms[len(norms)/2]
	if float64(clipped) < mostlyClipped*float64(len(norms)) || median < strongClipping*limit {
		return Finding{}, false
	}
	return Finding{
		Mark: Warning, Cause: "Nearly every gradient is clipped:",
		Evidence: fmt.Sprintf("in %d of %d steps its norm exceeds %g, and the median norm is %.1f times that. Hard pairs then count no more than easy ones.", clipped, len(norms), limit, median/limit),
		Remedy:   fmt.Sprintf("Use more pairs per step, then lower the learning rate (now %g). A large gradient late in a run usually means that the rate is too high.", r.Settings.Config.LearningRate),
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
	if share <= maxSkipped {
		return Finding{}, false
	}
	f := Finding{
		Mark: Warning, Cause: "Steps were skipped:",
		Evidence: fmt.Sprintf("in %d of %d steps the gradient overflowed %s, and nothing was updated.", skipped, len(r.History.Steps), r.Settings.Config.Precision),
		Remedy:   "Train in float32, or lower the learning rate.",
	}
	if share >= tooManySkipped {
		f.Mark = Problem
	}
	return f, true
}

func nothingLeftToLearn(r Run) (Finding, bool) {
	_, norm := r.ends(func(e metrics.Event) float64 { return e.GradNorm })
	_, final := r.ends(loss)
	f := Finding{
		Mark: Warning, Cause: "These pairs have little left to teach:",
		Evidence: fmt.Sprintf("the gradient norm is %.1e and the loss %.4f at the end.", norm, final), Remedy: "Add new pairs, or stop earlier.",
	}
	if gap := r.gap(); gap > farGap && !r.perToken() {
		f.Cause = "These pairs have little left to teach, and the model is far from its reference:"
		f.Evidence += fmt.Sprintf(" Chosen answers have gained %.0f nats more than rejected ones.", gap)
		f.Remedy = fmt.Sprintf("Stop earlier, lower the learning rate (now %g), or add new pairs; read some answers (dpo compare).", r.Settings.Config.LearningRate)
	}
	return f, r.longEnough() && norm < tinyGradient
}

// sentence capitalizes a text and adds a full stop.
func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] + "." }
