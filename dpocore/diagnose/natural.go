package diagnose

import (
	"fmt"
	"strings"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/statistics"
)

// Bounds of the rules on how the model writes.
const (
	displaced    = -1   // nats that the chosen answers have lost
	farLost      = 40   // nats that the rejected answers have lost
	farKL        = 0.5  // nats a token between policy and reference
	manyRepeats  = 0.2  // more of an answer's runs of four words return than before
	fewerEnds    = 0.25 // of the answers end no longer by themselves
	someForgot   = 1.1  // times the perplexity on plain text
	muchForgot   = 1.5
	leastAnswers = 3 // fewer say nothing about a share
)

func chosenFalling(r Run) (Finding, bool) {
	if !r.enough() {
		return Finding{}, false
	}
	chosen, rejected := r.gains()
	if chosen >= displaced {
		return Finding{
			Mark: Good, Cause: "The chosen answers stay likely:",
			Evidence: fmt.Sprintf("they have gained %+.1f nats, the rejected ones %+.1f.", chosen, rejected),
		}, true
	}
	f := Finding{
		Mark: Look, Cause: "Even the chosen answers have become less likely:",
		Evidence: fmt.Sprintf("they have lost %.1f nats, the rejected ones %.1f. DPO asks for the difference alone, and what both lose goes to text that is in no pair.", -chosen, -rejected),
		Remedy:   fmt.Sprintf("Add a little fine-tuning on the chosen answers (--sft-weight 0.1), lower the learning rate (it is %g), or train fewer steps.", r.Settings.Config.LearningRate),
	}
	if chosen <= rejected {
		f.Cause = "The chosen answers have lost more than the rejected ones:"
		f.Mark = Wrong
	}
	return f, true
}

// unnatural is what brings a model back that has gone too far.
func (r Run) unnatural() string {
	c := r.Settings.Config
	text := fmt.Sprintf("Lower the learning rate (it is %g), or train fewer steps", c.LearningRate)
	if c.Beta > 0.05 {
		text += fmt.Sprintf("; lower beta to 0.05 (it is %g) for a gentler pull in a short run, where in a long one a larger beta holds the model closer", c.Beta)
	}
	return text + "; check the data for answers that read like this, and whether the pairs are learned by heart (see the held-out curve)."
}

func farAway(r Run) (Finding, bool) {
	if !r.enough() {
		return Finding{}, false
	}
	_, rejected := r.gains()
	var seen []string
	if rejected < -farLost {
		seen = append(seen, fmt.Sprintf("the rejected answers have lost %.0f nats", -rejected))
	}
	if r.Report != nil && r.Report.KL.Value > farKL {
		seen = append(seen, fmt.Sprintf("along the answers each token's distribution lies %.2f nats from where it was", r.Report.KL.Value))
	}
	return Finding{
		Mark: Look, Cause: "The model is far from where it began:", Evidence: strings.Join(seen, ", and ") + ".", Remedy: r.unnatural(),
	}, len(seen) > 0
}

// seen are the answers to look at: those that an evaluation has sampled and those that a comparison has kept.
func (r Run) seen() []evaluation.Answered {
	list := r.Answers
	if r.Report != nil && r.Report.Answers != nil {
		list = append(list[:len(list):len(list)], r.Report.Answers.Answers...)
	}
	return list
}

func inCircles(r Run) (Finding, bool) {
	answers := r.seen()
	if len(answers) == 0 {
		return Finding{
			Mark: Unknown, Cause: "No answers were looked at.", Evidence: "",
			Remedy: "Compare some first (dpo compare, gonbext.Compare); they are kept in the run's folder.",
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
	evidence := fmt.Sprintf("of their runs of four words %s have stood there before, in the base model's answers %s.", percent(after), percent(before))
	switch {
	case empty > 0:
		return Finding{Mark: Wrong, Cause: "Answers are empty:", Evidence: fmt.Sprintf("%d of %d.", empty, len(answers)), Remedy: r.unnatural()}, true
	case after-before > manyRepeats:
		return Finding{Mark: Wrong, Cause: "The answers go round in circles:", Evidence: evidence, Remedy: r.unnatural()}, true
	default:
		return Finding{Mark: Good, Cause: "The answers do not go round in circles:", Evidence: evidence + " Whether they sound natural is for you to read."}, true
	}
}

func withoutEnd(r Run) (Finding, bool) {
	answers := r.seen()
	before, after := 0, 0
	for _, a := range answers {
		if a.Base.Ended {
			before++
		}
		if a.Run.Ended {
			after++
		}
	}
	lost := float64(before-after) / float64(max(1, len(answers)))
	return Finding{
		Mark: Wrong, Cause: "Answers no longer end:",
		Evidence: fmt.Sprintf("of %d answers the base model ended %d by itself, the run %d; the others were cut at the greatest length.", len(answers), before, after),
		Remedy:   "Check that no answers of the pairs are cut (dpo data lint) and that the chosen ones are not much the longer; lower the learning rate, or train fewer steps.",
	}, len(answers) >= leastAnswers && lost >= fewerEnds
}

func forgotten(r Run) (Finding, bool) {
	if r.Report == nil || r.Report.PlainText == nil {
		return Finding{}, false
	}
	p := r.Report.PlainText
	evidence := fmt.Sprintf("its perplexity there went from %.2f to %.2f.", p.Before, p.After)
	if p.Factor.Value < someForgot {
		return Finding{Mark: Good, Cause: "Plain text is foreseen as before:", Evidence: evidence}, true
	}
	f := Finding{Mark: Look, Cause: "The model has forgotten plain text:", Evidence: evidence, Remedy: r.unnatural()}
	if p.Factor.Value >= muchForgot {
		f.Mark = Wrong
	}
	return f, true
}
