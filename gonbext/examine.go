package gonbext

import (
	"fmt"
	"math"
	"slices"

	"example.com/gonb-dpo/dpocore"
	"example.com/gonb-dpo/dpocore/metrics"
)

// examined is what a diagnosis looks at.
type examined struct {
	history metrics.History
	config  dpocore.Config
	heldOut int // pairs
	answers []dpocore.Answers
}

// The bounds of the diagnosis. They are rules of thumb, chosen on the built-in pairs and on HH-RLHF.
const (
	fewSteps        = 10   // a run of fewer shows no trend
	smallFall       = 0.01 // of the loss, over the run
	diverged        = 0.05 // the loss above ln 2
	longGradient    = 10   // times the norm at which it is clipped
	tinyGradient    = 1e-4
	memorized       = 0.05 // a training loss below
	overfitAccuracy = 0.2  // training accuracy above the held-out one's
	overfitLoss     = 0.02 // the held-out loss above its least
	displaced       = -1   // nats that the chosen answers have lost
	farAway         = 40   // nats that the rejected answers have lost
	manyEpochs      = 5
)

func (r examined) findings() findings {
	return findings{
		{"Is it learning?", r.learning()},
		{"Does it still write naturally?", r.natural()},
		{"Is it better than the base model?", r.better()},
	}
}

// ends are the means of a figure over the first and the last fifth of the steps, at least 3 and at most 10 of them.
func (r examined) ends(figure func(metrics.Event) float64) (first, last float64) {
	n := len(r.history.Steps)
	k := min(n, max(3, min(10, n/5)))
	mean := func(steps []metrics.Event) (m float64) {
		for _, e := range steps {
			m += figure(e) / float64(len(steps))
		}
		return m
	}
	return mean(r.history.Steps[:k]), mean(r.history.Steps[n-k:])
}

func (r examined) learning() []finding {
	n := len(r.history.Steps)
	if n < fewSteps {
		return []finding{{noWord, fmt.Sprintf("%d steps are too few to tell.", n), "Train for 50 steps or more."}}
	}
	found := []finding{r.lossTrend()}
	if _, margin := r.ends(func(e metrics.Event) float64 { return e.RewardsMargins }); margin <= 0 {
		found = append(found, finding{wrong, fmt.Sprintf("The margin ends at %+.4f: chosen answers have gained no more than rejected ones.", margin),
			"Check a few pairs by eye: are chosen and rejected swapped, or hard to tell apart?"})
	} else {
		found = append(found, finding{good, fmt.Sprintf("The margin ends at %+.4f: chosen answers have gained more than rejected ones.", margin), ""})
	}
	return append(found, r.gradient()...)
}

func (r examined) lossTrend() finding {
	first, last := r.ends(func(e metrics.Event) float64 { return e.Loss })
	switch {
	case math.IsNaN(last) || math.IsInf(last, 0):
		return finding{wrong, "The loss is no longer a number.", "Lower the learning rate to a tenth."}
	case last > math.Ln2+diverged:
		return finding{wrong, fmt.Sprintf("The loss ends at %.3f, above the %.3f of a coin toss.", last, math.Ln2),
			fmt.Sprintf("Lower the learning rate (it is %g) to a third.", r.config.LearningRate)}
	case first-last < smallFall:
		return finding{wrong, fmt.Sprintf("The loss went from %.4f to %.4f: next to nothing.", first, last),
			fmt.Sprintf("Train longer, or raise the learning rate (it is %g) two- to fivefold. On pairs from the wild, such as HH-RLHF, 50 steps show nothing yet.", r.config.LearningRate)}
	default:
		return finding{good, fmt.Sprintf("The loss fell from %.3f to %.3f.", first, last), ""}
	}
}

func (r examined) gradient() []finding {
	_, norm := r.ends(func(e metrics.Event) float64 { return e.GradNorm })
	switch {
	case norm > longGradient*r.config.MaxGradNorm:
		return []finding{{look, fmt.Sprintf("The gradient's norm is %.1f at the end, far above the %g at which it is clipped.", norm, r.config.MaxGradNorm),
			"Lower the learning rate, or take more pairs a step."}}
	case norm < tinyGradient:
		return []finding{{look, fmt.Sprintf("The gradient's norm is %.1e at the end: hardly anything is left to learn from these pairs.", norm), "Add new pairs, or stop earlier."}}
	}
	return nil
}

func (r examined) natural() []finding {
	var found []finding
	if len(r.history.Steps) > 0 && r.config.Beta > 0 {
		found = append(found, r.displacement())
	}
	return append(found, r.wording()...)
}

// displacement looks at how the answers' own likelihoods have moved. DPO only asks for their difference: both can fall,
// and what then gains is text that is neither.
func (r examined) displacement() finding {
	chosen, rejected := r.gains()
	switch {
	case chosen < displaced:
		return finding{look, fmt.Sprintf("Even the chosen answers have become less likely, by %.1f nats: the model moves to text that is in no pair.", -chosen),
			fmt.Sprintf("Raise beta (it is %g), lower the learning rate, or train fewer steps.", r.config.Beta)}
	case rejected < -farAway:
		return finding{look, fmt.Sprintf("The rejected answers have lost %.0f nats: the model is far from where it began.", -rejected),
			fmt.Sprintf("Raise beta (it is %g), or train fewer steps.", r.config.Beta)}
	default:
		return finding{good, fmt.Sprintf("The chosen answers have gained %+.1f nats, the rejected ones %+.1f: the model stays near where it began.", chosen, rejected), ""}
	}
}

// gains are what answers have gained in nats, of held-out pairs where there are any.
func (r examined) gains() (chosen, rejected float64) {
	if n := len(r.history.Evaluations); n > 0 {
		last := r.history.Evaluations[n-1]
		return last.RewardsChosen / r.config.Beta, last.RewardsRejected / r.config.Beta
	}
	_, chosen = r.ends(func(e metrics.Event) float64 { return e.RewardsChosen })
	_, rejected = r.ends(func(e metrics.Event) float64 { return e.RewardsRejected })
	return chosen / r.config.Beta, rejected / r.config.Beta
}

func (r examined) better() []finding {
	found := r.heldOutAccuracy()
	if f, ok := r.overfit(); ok {
		found = append(found, f)
	}
	return append(found, r.sameAnswers()...)
}

func (r examined) heldOutAccuracy() []finding {
	n := len(r.history.Evaluations)
	if n == 0 || r.heldOut == 0 {
		return []finding{{noWord, "No pairs were held out, so nothing shows how it does on new questions.", "Hold some out: HoldOut(0.1) sets a tenth aside."}}
	}
	accuracy := r.history.Evaluations[n-1].RewardsAccuracies
	chance := 1 / math.Sqrt(float64(r.heldOut)) // about two standard errors of a coin toss
	switch {
	case accuracy > 0.5+chance:
		return []finding{{good, fmt.Sprintf("It ranks %s of the %d held-out pairs right; chance reaches %s at most.", percent(accuracy), r.heldOut, percent(0.5+chance)), ""}}
	case accuracy < 0.5-chance:
		return []finding{{wrong, fmt.Sprintf("It ranks only %s of the %d held-out pairs right, worse than chance.", percent(accuracy), r.heldOut), "Check whether chosen and rejected are swapped somewhere."}}
	default:
		return []finding{{look, fmt.Sprintf("It ranks %s of the %d held-out pairs right, which chance alone can reach.", percent(accuracy), r.heldOut),
			"Train longer, or on more pairs; evaluate on more pairs to tell smaller gains."}}
	}
}

// overfit compares training with held-out pairs; ok is false where there is nothing to compare.
func (r examined) overfit() (f finding, ok bool) {
	evaluations := r.history.Evaluations
	if len(evaluations) == 0 || len(r.history.Steps) < fewSteps {
		return f, false
	}
	last := evaluations[len(evaluations)-1]
	least := slices.MinFunc(evaluations, func(a, b metrics.Evaluation) int {
		if a.Loss < b.Loss {
			return -1
		}
		return 1
	})
	_, accuracy := r.ends(func(e metrics.Event) float64 { return e.RewardsAccuracies })
	_, loss := r.ends(func(e metrics.Event) float64 { return e.Loss })
	epochs := r.history.Steps[len(r.history.Steps)-1].Epoch
	switch {
	case last.Loss > least.Loss+overfitLoss:
		return finding{look, fmt.Sprintf("The held-out loss was lowest after step %d (%.3f) and has risen to %.3f since: the model learns the training pairs by heart.", least.Step, least.Loss, last.Loss),
			fmt.Sprintf("Train %d steps, or on more pairs.", least.Step)}, true
	case loss < memorized || epochs > manyEpochs && accuracy-last.RewardsAccuracies > overfitAccuracy:
		return finding{look, fmt.Sprintf("Training pairs are ranked right in %s, held-out ones in %s, after %.1f passes: the model learns them by heart.", percent(accuracy), percent(last.RewardsAccuracies), epochs),
			"Train fewer steps, or on more pairs."}, true
	case accuracy-last.RewardsAccuracies > overfitAccuracy:
		return finding{look, fmt.Sprintf("Training pairs are ranked right in %s, held-out ones only in %s.", percent(accuracy), percent(last.RewardsAccuracies)),
			"More or more varied pairs help; so may a lower rank."}, true
	default:
		return finding{good, fmt.Sprintf("Held-out pairs follow the training pairs: %s of these are ranked right in the last steps, %s of those.", percent(accuracy), percent(last.RewardsAccuracies)), ""}, true
	}
}
