package evaluation

import (
	"fmt"

	"example.com/gonb-dpo/internal/wording"
)

// countTrained counts the pairs that the adapter was trained on, and summarizes the others.
func (r *Report) countTrained(pairs []Pair) {
	var heldOut []Pair
	for _, p := range pairs {
		if !p.Trained {
			heldOut = append(heldOut, p)
		}
	}
	r.TrainedOn = len(pairs) - len(heldOut)
	if r.TrainedOn == 0 || len(heldOut) == 0 {
		return
	}
	r.HeldOut = &Part{Name: "held out", Pairs: len(heldOut)}
	r.HeldOut.Accuracy, r.HeldOut.Gap = accuracyAndGap(heldOut)
}

// TrainedNote says how many of the pairs the adapter was trained on, or "" if none is known.
func (r Report) TrainedNote() string {
	if r.TrainedOn == 0 {
		return ""
	}
	note := fmt.Sprintf("%d of these %s were trained on by %s (their prompts are among its training pairs), so the figures say little about new prompts", r.TrainedOn, wording.Count(r.Pairs, "pair"), r.Run)
	if r.HeldOut == nil {
		return note + "; evaluate on pairs that it has not seen."
	}
	return note + fmt.Sprintf("; of the other %d, %s are ranked correctly.", r.HeldOut.Pairs, wording.Percent(r.HeldOut.Accuracy.Value))
}
