package loss

import (
	"fmt"
	"strings"

	"example.com/gonb-dpo/internal/suggest"
	"example.com/gonb-dpo/internal/wording"
)

// hints explains names that other programs or papers use and that are not among Types.
var hints = map[string]string{
	"dpo":          `DPO's own loss is "sigmoid"`,
	"dpo_loss":     `DPO's own loss is "sigmoid"`,
	"kto":          `it learns from single answers, not from pairs`,
	"kto_pair":     `TRL has removed it; "apo_zero" is its nearest relative`,
	"orpo":         `it has no reference; train with "sigmoid" and an SFT weight instead`,
	"simpo":        `it has no reference; "sigmoid_norm" also divides by the length`,
	"rpo":          `it is "sigmoid" with an SFT weight`,
	"cdpo":         `conservative DPO is "sigmoid" with label smoothing`,
	"sft":          `supervised fine-tuning is a term added to a loss; set its weight instead`,
	"aot":          `it sorts the pairs of a batch, so it has no loss per pair`,
	"aot_unpaired": `it sorts the pairs of a batch, so it has no loss per pair`,
}

// Check returns an error if no loss has this name. The error suggests the most similar name and lists all names.
func Check(lossType string) error {
	if find(lossType) != nil {
		return nil
	}
	plain := strings.ReplaceAll(strings.ToLower(lossType), "-", "_")
	hint, known := hints[plain]
	if !known {
		hint = fmt.Sprintf("did you mean %q?", suggest.NearestOrPrefix(plain, Types()))
	}
	return fmt.Errorf("unknown loss type %q (%s); choose %s", lossType, hint, wording.Or(Types()))
}

// smoothed lists the losses that use label smoothing.
func smoothed() (names []string) {
	for _, k := range kinds {
		if k.smoothing != none {
			names = append(names, k.name)
		}
	}
	return names
}

// CheckSmoothing returns an error if the label smoothing epsilon is out of range for a loss, or if the loss would ignore
// it. It returns nil for an unknown loss type, which [Check] reports.
func CheckSmoothing(lossType string, epsilon float64) error {
	k := find(lossType)
	switch {
	case k == nil:
		return nil
	case k.smoothing == none && epsilon != 0:
		return fmt.Errorf("label smoothing is %g, but the loss type %q has none; set it to 0, or choose %s", epsilon, lossType, wording.Or(smoothed()))
	case k.smoothing == needed && !(epsilon > 0 && epsilon < 0.5):
		return fmt.Errorf("label smoothing is %g; for the loss type %q it must be above 0 and below 0.5 (its paper uses 0.001)", epsilon, lossType)
	case k.smoothing == allowed && !(epsilon >= 0 && epsilon < 0.5):
		return fmt.Errorf("label smoothing is %g; for the loss type %q it must be at least 0 and below 0.5", epsilon, lossType)
	}
	return nil
}
