package diagnose

import (
	"fmt"
	"strings"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/internal/wording"
)

// Thresholds of the rules on how the model writes.
const (
	minChosenGain     = -1   // nats
	maxRejectedLoss   = 40   // nats
	maxKL             = 0.5  // nats per token between policy and reference
	maxRepetition     = 0.2  // increase in the share of repeated 4-grams
	maxEndedDrop      = 0.25 // decrease in the share of answers that end by themselves
	perplexityWarning = 1.1  // perplexity on plain text, after / before
	perplexityProblem = 1.5  // the same
	minAnswers        = 3    // needed to estimate a share
)

func chosenFalling(r Run) (Finding, bool) {
	if !r.longEnough() {
		return Finding{}, false
	}
	chosen, rejected := r.gains()
	unit, scale := r.nats()
	if chosen >= minChosenGain*scale {
		return Finding{
			Mark: Good, Cause: "The chosen answers remain likely:",
			Evidence: fmt.Sprintf("their log-probability changed by %+.*f %s, that of rejected answers by %+.*f.", digits(scale), chosen, unit, digits(scale), rejected),
		}, true
	}
	f := Finding{
		Mark: Warning, Cause: "Even the chosen answers have become less likely:",
		Evidence: fmt.Sprintf("they lost %.*f %s, the rejected ones %.*f. The loss only constrains the difference; what both lose goes to text that is in no pair.", digits(scale), -chosen, unit, digits(scale), -rejected),
		Remedy:   fmt.Sprintf("Add some supervised fine-tuning on the chosen answers (--sft-weight 0.1), train with the loss dpop, lower the learning rate (now %g), or train for fewer steps.", r.Settings.Config.LearningRate),
	}
	if chosen <= rejected {
		f.Cause = "The chosen answers have lost more than the rejected ones:"
		f.Mark = Problem
	}
	return f, true
}

// driftRemedy is what helps a model that has moved too far.
func (r Run) driftRemedy() string {
	c := r.Settings.Config
	text := fmt.Sprintf("Lower the learning rate (now %g), or train for fewer steps", c.LearningRate)
	if c.Beta > 0.05 {
		text += fmt.Sprintf("; in a short run lower beta to 0.05 (now %g) for smaller updates, in a long run raise it to stay closer to the reference", c.Beta)
	}
	return text + "; check the data for answers that read like this, and the held-out curve for overfitting."
}

func farFromReference(r Run) (Finding, bool) {
	if !r.longEnough() {
		return Finding{}, false
	}
	_, rejected := r.gains()
	unit, scale := r.nats()
	var evidence []string
	if rejected < -maxRejectedLoss*scale {
		evidence = append(evidence, fmt.Sprintf("the rejected answers lost %.0f %s", -rejected, unit))
	}
	if r.Report != nil && r.Report.KL.Value > maxKL {
		evidence = append(evidence, fmt.Sprintf("the KL divergence along the answers is %.2f nats per token", r.Report.KL.Value))
	}
	return Finding{
		Mark: Warning, Cause: "The model has moved far from the reference:", Evidence: strings.Join(evidence, ", and ") + ".", Remedy: r.driftRemedy(),
	}, len(evidence) > 0
}

// allAnswers returns the answers of the last comparison and those sampled by the last evaluation.
func (r Run) allAnswers() []evaluation.AnswerPair {
	list := r.Answers
	if r.Report != nil && r.Report.Answers != nil {
		list = append(list[:len(list):len(list)], r.Report.Answers.Answers...)
	}
	return list
}

func repetitiveAnswers(r Run) (Finding, bool) {
	answers := r.allAnswers()
	if len(answers) == 0 {
		return Finding{
			Mark: Unknown, Cause: "No answers were checked.", Evidence: "",
			Remedy: "Compare some first (dpo compare, gonbext.Compare); they are saved in the run folder.",
		}, true
	}
	empty, before, after := 0, 0.0, 0.0
	for _, a := range answers {
		if strings.TrimSpace(a.Run.Text) == "" {
			empty++
		}
		before += statistics.Repetition(a.Base.Text) / float64(len(answers))
		after += statistics.Repetition(a.Run.Text) / float64(len(answers))
	}
	evidence := fmt.Sprintf("%s of their 4-grams are repeated, compared with %s in the base model's answers.", wording.Percent(after), wording.Percent(before))
	switch {
	case empty > 0:
		return Finding{Mark: Problem, Cause: "Answers are empty:", Evidence: fmt.Sprintf("%d of %d.", empty, len(answers)), Remedy: r.driftRemedy()}, true
	case after-before > maxRepetition:
		return Finding{Mark: Problem, Cause: "The answers are repetitive:", Evidence: evidence, Remedy: r.driftRemedy()}, true
	default:
		return Finding{Mark: Good, Cause: "The answers are not repetitive:", Evidence: evidence + " Read them to judge whether they sound natural."}, true
	}
}

func unendingAnswers(r Run) (Finding, bool) {
	answers := r.allAnswers()
	before, after := 0, 0
	for _, a := range answers {
		if a.Base.Ended {
			before++
		}
		if a.Run.Ended {
			after++
		}
	}
	decrease := float64(before-after) / float64(max(1, len(answers)))
	return Finding{
		Mark: Problem, Cause: "Answers no longer end:",
		Evidence: fmt.Sprintf("of %d answers, the base model ended %d by itself and the run %d; the others were cut at the maximum length.", len(answers), before, after),
		Remedy:   "Check that the answers in the pairs are not truncated (dpo data lint) and that the chosen ones are not much longer; lower the learning rate, or train for fewer steps.",
	}, len(answers) >= minAnswers && decrease >= maxEndedDrop
}

func perplexityRose(r Run) (Finding, bool) {
	if r.Report == nil || r.Report.PlainText == nil {
		return Finding{}, false
	}
	p := r.Report.PlainText
	evidence := fmt.Sprintf("it went from %.2f to %.2f.", p.Before, p.After)
	if p.Factor.Value < perplexityWarning {
		return Finding{Mark: Good, Cause: "Perplexity on plain text has hardly changed:", Evidence: evidence}, true
	}
	f := Finding{Mark: Warning, Cause: "Perplexity on plain text has risen:", Evidence: evidence, Remedy: r.driftRemedy()}
	if p.Factor.Value >= perplexityProblem {
		f.Mark = Problem
	}
	return f, true
}
