package diagnose

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/internal/wording"
)

// Thresholds of the rules on improvement over the base model.
const (
	maxAccuracyGap = 0.2  // training accuracy above held-out accuracy
	maxLossRise    = 0.02 // held-out loss above its minimum
	memorizedLoss  = 0.05 // training loss below which pairs are memorized
	manyPasses     = 5    // over the training pairs
)

func nothingHeldOut(r Run) (Finding, bool) {
	_, _, ok := r.accuracy()
	return Finding{
		Mark: Unknown, Cause: "Generalization to new questions is unknown:", Evidence: "no pairs were held out.",
		Remedy: "Hold some out: --eval-fraction 0.1 sets aside a tenth.",
	}, !ok
}

// heldOutTrained reports held-out pairs whose prompts were trained on.
func heldOutTrained(r Run) (Finding, bool) {
	trained := r.trainedHeldOut()
	return Finding{
		Mark: Warning, Cause: "Held-out pairs were trained on:",
		Evidence: fmt.Sprintf("the prompts of %d of the %d pairs that the run evaluates are among its training pairs, so their figures say little about new questions.", trained, len(r.Pairs)),
		Remedy:   "Hold out a share by prompt (--eval-fraction 0.1), or remove these prompts from one of the two files (dpo data lint --eval-data lists them).",
	}, trained > 0
}

// reportTrained says that the last report is not one of held-out pairs.
func reportTrained(r Run) (Finding, bool) {
	if r.Report == nil || r.Report.TrainedOn == 0 {
		return Finding{}, false
	}
	return Finding{
		Mark: Unknown, Cause: "The last evaluation is not one of held-out pairs:", Evidence: r.Report.TrainedNote(),
		Remedy: "Evaluate on pairs that were not trained on (dpo eval --data FILE).",
	}, true
}

func noBetter(r Run) (Finding, bool) {
	accuracy, pairs, ok := r.accuracy()
	if !ok || !r.longEnough() || r.swapped() {
		return Finding{}, false
	}
	evidence := fmt.Sprintf("%s of the %d held-out pairs are ranked correctly (%s to %s).", wording.Percent(accuracy.Value), pairs, wording.Percent(accuracy.Low), wording.Percent(accuracy.High))
	if r.referenceFree() {
		evidence += " This is by log-probability alone, of which the base model may have many right too; dpo eval compares with it."
	}
	if accuracy.Above(0.5) {
		return Finding{Mark: Good, Cause: "It ranks new pairs better than chance:", Evidence: evidence}, r.trainedHeldOut() < len(r.Pairs) || len(r.Pairs) == 0
	}
	first, last := r.ends(loss)
	remedies := []string{fmt.Sprintf("check that the loss is falling (it went from %.3f to %.3f)", first, last)}
	if n := r.Settings.Train.Pairs; n > 0 && n < fewPairs {
		remedies = append(remedies, fmt.Sprintf("use at least %d training pairs (there are %d)", fewPairs, n))
	}
	remedies = append(remedies, fmt.Sprintf("train for more than %d steps", len(r.History.Steps)), "hold out more pairs to detect smaller gains")
	return Finding{
		Mark: Warning, Cause: "No measurable improvement over the base model:",
		Evidence: evidence + " That is not distinguishable from chance.", Remedy: sentence(strings.Join(remedies, "; ")),
	}, true
}

func lengthAlone(r Run) (Finding, bool) {
	if len(r.Pairs) == 0 {
		return Finding{}, false
	}
	report, err := evaluation.Summarize(r.Pairs, r.Settings.Config.Beta)
	if err != nil || !report.LengthExplains() {
		return Finding{}, false
	}
	preferred, share := "longer", report.PrefersLonger.Value
	if share < 0.5 {
		preferred, share = "shorter", 1-share
	}
	return Finding{
		Mark: Warning, Cause: "Length alone may explain the accuracy:",
		Evidence: fmt.Sprintf("it prefers the %s answer in %s of the held-out pairs; its length-controlled accuracy is %s (%s to %s), its plain accuracy %s.",
			preferred, wording.Percent(share), wording.Percent(report.LengthControlled.Value), wording.Percent(report.LengthControlled.Low), wording.Percent(report.LengthControlled.High), wording.Percent(report.Accuracy.Value)),
		Remedy: fmt.Sprintf("Add pairs whose chosen answer is not the %s one, or remove pairs with very different lengths.", preferred),
	}, true
}

// overfitting compares training pairs with held-out pairs.
func overfitting(r Run) (Finding, bool) {
	last, ok := r.lastEvaluation()
	if !ok || !r.longEnough() || r.swapped() || !r.learned() {
		return Finding{}, false
	}
	_, trainAccuracy := r.ends(accuracy)
	_, trainLoss := r.ends(loss)
	passes := r.History.Steps[len(r.History.Steps)-1].Epoch
	both := fmt.Sprintf("training pairs are ranked correctly in %s, held-out pairs in %s", wording.Percent(trainAccuracy), wording.Percent(last.RewardsAccuracies))
	if f, ok := r.heldOutLossRose(last, trainLoss); ok {
		return f, true
	}
	switch wideGap := trainAccuracy-last.RewardsAccuracies > maxAccuracyGap; {
	case wideGap && passes < 1:
		return Finding{
			Mark: Warning, Cause: "What the model learns from training pairs does not generalize to held-out pairs:",
			Evidence: fmt.Sprintf("%s, after %.1f passes, so no pair was seen twice.", both, passes),
			Remedy:   "Read a few pairs of both sets (dpo data show): do they ask for the same behaviour? Swapped labels can look like this too if there are few held-out pairs.",
		}, true
	case wideGap:
		return Finding{
			Mark: Warning, Cause: "The model is overfitting the training pairs:", Evidence: fmt.Sprintf("%s, after %.1f passes.", both, passes),
			Remedy: "Add more, or more varied, pairs; fewer steps or a lower rank may also help.",
		}, true
	case trainLoss < memorizedLoss && passes > manyPasses:
		return Finding{
			Mark: Warning, Cause: "The model has memorized the training pairs:", Evidence: fmt.Sprintf("their loss is %.3f after %.1f passes.", trainLoss, passes),
			Remedy: "Train for fewer steps, or on more pairs.",
		}, true
	default:
		return Finding{Mark: Good, Cause: "Held-out pairs follow the training pairs:", Evidence: both + "."}, !math.IsNaN(trainAccuracy)
	}
}

// heldOutLossRose reports a held-out loss that has risen above its minimum.
func (r Run) heldOutLossRose(last metrics.Evaluation, trainLoss float64) (Finding, bool) {
	best := slices.MinFunc(r.History.Evaluations, func(a, b metrics.Evaluation) int { return cmp.Compare(a.Loss, b.Loss) })
	if !(last.Loss > best.Loss+maxLossRise) || best.Step >= last.Step {
		return Finding{}, false
	}
	what := "pairs"
	if r.History.FineTuned() {
		what = "answers"
	}
	return Finding{
		Mark: Warning, Cause: "Training and held-out loss are diverging:",
		Evidence: fmt.Sprintf("the held-out loss was lowest after step %d (%.3f) and has since risen to %.3f, while the training loss is %.3f.", best.Step, best.Loss, last.Loss, trainLoss),
		Remedy:   fmt.Sprintf("Train for %d steps (--early-stopping 3 finds the best step), or on more %s.", best.Step, what),
	}, true
}

func answersUnchanged(r Run) (Finding, bool) {
	if len(r.Answers) == 0 {
		return Finding{}, false
	}
	same := 0
	for _, a := range r.Answers {
		if a.Base.Text == a.Run.Text {
			same++
		}
	}
	if same < len(r.Answers) {
		return Finding{
			Mark: Good, Cause: "The answers have changed:",
			Evidence: fmt.Sprintf("%d of the %d compared answers differ from the base model's; read them to judge whether they are better.", len(r.Answers)-same, len(r.Answers)),
		}, true
	}
	c := r.Settings.Config
	return Finding{
		Mark: Warning, Cause: "The answers have not changed:", Evidence: fmt.Sprintf("all %d compared answers are identical to the base model's.", same),
		Remedy: fmt.Sprintf("Train for more than %d steps, or raise the learning rate (now %g).", len(r.History.Steps), c.LearningRate),
	}, true
}
