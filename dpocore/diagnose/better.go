package diagnose

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/metrics"
)

// Bounds of the rules on what was gained.
const (
	partedAccuracy = 0.2  // training accuracy above the held-out one's
	partedLoss     = 0.02 // the held-out loss above its least
	byHeart        = 0.05 // a training loss below
	manyPasses     = 5    // over the pairs
)

func nothingHeldOut(r Run) (Finding, bool) {
	_, _, ok := r.accuracy()
	return Finding{
		Mark: Unknown, Cause: "Nothing shows how it does on new questions:", Evidence: "no pairs were held out.",
		Remedy: "Hold some out: --eval-fraction 0.1, or HoldOut(0.1), sets a tenth aside.",
	}, !ok
}

func noBetter(r Run) (Finding, bool) {
	accuracy, pairs, ok := r.accuracy()
	if !ok || !r.enough() || r.swapped() {
		return Finding{}, false
	}
	evidence := fmt.Sprintf("%s of the %d held-out pairs are ranked right (%s to %s).", percent(accuracy.Value), pairs, percent(accuracy.Low), percent(accuracy.High))
	if accuracy.Above(0.5) {
		return Finding{Mark: Good, Cause: "It ranks new pairs better than chance:", Evidence: evidence}, true
	}
	first, last := r.ends(func(e metrics.Event) float64 { return e.Loss })
	remedy := fmt.Sprintf("Is the loss falling? It went from %.3f to %.3f", first, last)
	if n := r.Settings.Train.Pairs; n > 0 && n < fewPairs {
		remedy += fmt.Sprintf("; %d pairs are few, take %d or more", n, fewPairs)
	}
	remedy += fmt.Sprintf("; train for more steps than %d; hold out more pairs to tell smaller gains", len(r.History.Steps))
	return Finding{
		Mark: Look, Cause: "It is no better than the base model, as far as can be told:",
		Evidence: evidence + " Chance alone can reach that.", Remedy: remedy + ".",
	}, true
}

func lengthAlone(r Run) (Finding, bool) {
	if len(r.Pairs) == 0 {
		return Finding{}, false
	}
	report, err := evaluation.Of(r.Pairs, r.Settings.Config.Beta)
	if err != nil || !report.ByLength() {
		return Finding{}, false
	}
	which, share := "longer", report.TakesLonger.Value
	if share < 0.5 {
		which, share = "shorter", 1-share
	}
	return Finding{
		Mark: Look, Cause: "Length alone may explain the accuracy:",
		Evidence: fmt.Sprintf("it prefers the %s answer in %s of the held-out pairs, and at equal lengths it would rank %s right (%s to %s) where it ranks %s of all.",
			which, percent(share), percent(report.LengthControlled.Value), percent(report.LengthControlled.Low), percent(report.LengthControlled.High), percent(report.Accuracy.Value)),
		Remedy: fmt.Sprintf("Add pairs whose better answer is not the %s one, or leave out pairs of very unequal lengths.", which),
	}, true
}

func parting(r Run) (Finding, bool) {
	last, ok := r.last()
	if !ok || !r.enough() || r.swapped() || r.gap() < littleGap {
		return Finding{}, false
	}
	least := slices.MinFunc(r.History.Evaluations, func(a, b metrics.Evaluation) int { return cmp.Compare(a.Loss, b.Loss) })
	_, accuracy := r.ends(func(e metrics.Event) float64 { return e.RewardsAccuracies })
	_, loss := r.ends(func(e metrics.Event) float64 { return e.Loss })
	passes := r.History.Steps[len(r.History.Steps)-1].Epoch
	both := fmt.Sprintf("training pairs are ranked right in %s, held-out ones in %s", percent(accuracy), percent(last.RewardsAccuracies))
	switch {
	case last.Loss > least.Loss+partedLoss && least.Step < last.Step:
		return Finding{
			Mark: Look, Cause: "Training and held-out pairs are parting:",
			Evidence: fmt.Sprintf("the held-out loss was lowest after step %d (%.3f) and has risen to %.3f since, while that of the training pairs is %.3f.", least.Step, least.Loss, last.Loss, loss),
			Remedy:   fmt.Sprintf("Train %d steps (early stopping, --early-stopping 3, finds them), or on more pairs.", least.Step),
		}, true
	case accuracy-last.RewardsAccuracies > partedAccuracy && passes < 1:
		return Finding{
			Mark: Look, Cause: "What is learned from the training pairs does not hold for the held-out ones:",
			Evidence: fmt.Sprintf("%s, after %.1f passes, in which none is seen twice.", both, passes),
			Remedy:   "Read a few pairs of both (dpo data show): do they ask for the same? Swapped labels look like this too, where the held-out pairs are too few to tell.",
		}, true
	case accuracy-last.RewardsAccuracies > partedAccuracy:
		return Finding{
			Mark: Look, Cause: "The model learns the training pairs by heart:", Evidence: fmt.Sprintf("%s, after %.1f passes.", both, passes),
			Remedy: "More or more varied pairs help; so may fewer steps, or a lower rank.",
		}, true
	case loss < byHeart && passes > manyPasses:
		return Finding{
			Mark: Look, Cause: "The training pairs are known by heart:", Evidence: fmt.Sprintf("their loss is %.3f after %.1f passes.", loss, passes),
			Remedy: "Train fewer steps, or on more pairs.",
		}, true
	default:
		return Finding{Mark: Good, Cause: "Held-out pairs follow the training pairs:", Evidence: both + "."}, !math.IsNaN(accuracy)
	}
}

func unchanged(r Run) (Finding, bool) {
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
			Evidence: fmt.Sprintf("%d of %d that were compared differ from the base model's; whether they are better is for you to read.", len(r.Answers)-same, len(r.Answers)),
		}, true
	}
	c := r.Settings.Config
	return Finding{
		Mark: Look, Cause: "The answers have not changed:", Evidence: fmt.Sprintf("all %d that were compared are word for word the base model's.", same),
		Remedy: fmt.Sprintf("Train for more steps than %d, or raise the learning rate (it is %g).", len(r.History.Steps), c.LearningRate),
	}, true
}
