package diagnose

import "fmt"

// Rules on supervised fine-tuning, which has no pairs.

// minFall is by how much the loss of a run that learns falls, relative to its beginning.
const minFall = 0.02

func notLearningAnswers(r Run) (Finding, bool) {
	if !r.longEnough() || r.lossRise() > maxRise {
		return Finding{}, false
	}
	first, last := r.ends(loss)
	evidence := fmt.Sprintf("the loss went from %.3f to %.3f nats per token.", first, last)
	if last <= first*(1-minFall) {
		return Finding{Mark: Good, Cause: "The model is learning the answers:", Evidence: evidence}, true
	}
	remedy := fmt.Sprintf("Raise the learning rate (now %g; 1e-4 to 2e-4 are usual for fine-tuning), or train for more than %d steps.", r.Settings.Config.LearningRate, len(r.History.Steps))
	return Finding{Mark: Problem, Cause: "The model is hardly learning the answers:", Evidence: evidence, Remedy: remedy}, true
}

func noAnswersHeldOut(r Run) (Finding, bool) {
	return Finding{
		Mark: Unknown, Cause: "Generalization to new questions is unknown:", Evidence: "no answers were held out.",
		Remedy: "Hold some out: --eval-fraction 0.1 sets aside a tenth.",
	}, len(r.History.Evaluations) == 0
}

func answersMemorized(r Run) (Finding, bool) {
	last, ok := r.lastEvaluation()
	if !ok || !r.longEnough() {
		return Finding{}, false
	}
	_, trainLoss := r.ends(loss)
	if f, ok := r.heldOutLossRose(last, trainLoss); ok {
		return f, true
	}
	return Finding{
		Mark: Good, Cause: "Held-out answers follow the training answers:",
		Evidence: fmt.Sprintf("their loss is %.3f and %.3f nats per token.", last.Loss, trainLoss),
	}, true
}
