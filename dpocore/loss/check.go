package loss

import (
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/internal/finite"
	"example.com/gonb-dpo/internal/suggest"
	"example.com/gonb-dpo/internal/wording"
)

// hints explains names that other programs or papers use and that are not among Types.
var hints = map[string]string{
	"dpo":          `DPO's own loss is "sigmoid"`,
	"dpo_loss":     `DPO's own loss is "sigmoid"`,
	"kto_pair":     `TRL has removed it; "kto" learns from pairs too`,
	"smaug":        `its loss is "dpop"`,
	"rpo":          `it is "sigmoid" with an SFT weight`,
	"cdpo":         `conservative DPO is "sigmoid" with label smoothing`,
	"aot":          `it sorts the pairs of a batch, so it has no loss per pair`,
	"aot_unpaired": `it sorts the pairs of a batch, so it has no loss per pair`,
}

// Names returns the names in a loss type: one, or several losses that are added, such as "sigmoid,bco_pair,sft".
func Names(lossType string) []string {
	names := strings.Split(lossType, ",")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	return names
}

// Check returns an error if a loss type is not the name of a loss or a list of different ones. The error suggests the most
// similar name and lists all names.
func Check(lossType string) error {
	names := Names(lossType)
	for i, name := range names {
		if err := checkName(name); err != nil {
			return err
		}
		if name == KTOName && len(names) > 1 {
			return fmt.Errorf("the loss type %q has %q beside other losses; it weighs each answer against its batch, so name it alone", lossType, name)
		}
		if slices.Contains(names[:i], name) {
			return fmt.Errorf("the loss type %q has %q twice; name each loss once, and say with weights how much it counts", lossType, name)
		}
	}
	return nil
}

func checkName(name string) error {
	if find(name) != nil {
		return nil
	}
	plain := strings.ReplaceAll(strings.ToLower(name), "-", "_")
	hint, known := hints[plain]
	if !known {
		hint = fmt.Sprintf("did you mean %q?", suggest.NearestOrPrefix(plain, Types()))
	}
	return fmt.Errorf("unknown loss type %q (%s); choose %s", name, hint, wording.Or(Types()))
}

// CheckWeights returns an error unless the weights of a list of losses are as many as the losses, and above 0. No weights
// are valid: each loss then counts once.
func CheckWeights(lossType string, weights []float64) error {
	names := Names(lossType)
	if len(weights) > 0 && len(weights) != len(names) {
		are := "are"
		if len(weights) == 1 {
			are = "is"
		}
		return fmt.Errorf("there %s %s, and the loss type is %q; give one weight for each loss, in the same order",
			are, wording.Count(len(weights), "loss weight"), lossType)
	}
	for i, weight := range weights {
		if !finite.Is(weight) || weight <= 0 {
			return fmt.Errorf("the weight of the loss %q is %g; it must be a finite number above 0", names[i], weight)
		}
	}
	return nil
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

// CheckSmoothing returns an error if the label smoothing epsilon is out of range for a loss, or if no loss of the type uses
// it. It returns nil for an unknown loss type, which [Check] reports.
func CheckSmoothing(lossType string, epsilon float64) error {
	ignored := 0
	names := Names(lossType)
	for _, name := range names {
		k := find(name)
		switch {
		case k == nil:
			return nil
		case k.smoothing == none:
			ignored++
		default:
			if err := k.checkSmoothing(epsilon); err != nil {
				return err
			}
		}
	}
	if ignored == len(names) && epsilon != 0 {
		return fmt.Errorf("label smoothing is %g, but the loss type %q has none; set it to 0, or choose %s", epsilon, lossType, wording.Or(smoothed()))
	}
	return nil
}

func (k *kind) checkSmoothing(epsilon float64) error {
	switch {
	case k.smoothing == needed && !(epsilon > 0 && epsilon < 0.5):
		return fmt.Errorf("label smoothing is %g; for the loss type %q it must be above 0 and below 0.5 (its paper uses 0.001)", epsilon, k.name)
	case k.smoothing == allowed && !(epsilon >= 0 && epsilon < 0.5):
		return fmt.Errorf("label smoothing is %g; for the loss type %q it must be at least 0 and below 0.5", epsilon, k.name)
	}
	return nil
}
