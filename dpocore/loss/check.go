package loss

import (
	"fmt"
	"strings"
)

// elsewhere says where a name leads that other programs or papers have and Types has not.
var elsewhere = map[string]string{
	"dpo":          `DPO's own loss is "sigmoid"`,
	"cdpo":         `conservative DPO is "sigmoid" with label smoothing`,
	"sft":          `supervised fine-tuning is a term beside a loss, with a weight of its own`,
	"aot":          `it sorts the pairs of a batch, so that no pair has a loss of its own`,
	"aot_unpaired": `it sorts the pairs of a batch, so that no pair has a loss of its own`,
}

// Check returns an error where there is no loss of that name; it says which was meant, and all names.
func Check(lossType string) error {
	if find(lossType) != nil {
		return nil
	}
	hint, known := elsewhere[lossType]
	if !known {
		hint = fmt.Sprintf("did you mean %q?", nearest(lossType))
	}
	names := Types()
	last := len(names) - 1
	return fmt.Errorf("the loss type is %q, which there is not (%s); it may be %s or %s", lossType, hint,
		strings.Join(names[:last], ", "), names[last])
}

// CheckSmoothing returns an error where a loss can't have that label smoothing, or would not look at it. A type that
// there is not is Check's to find.
func CheckSmoothing(lossType string, epsilon float64) error {
	k := find(lossType)
	switch {
	case k == nil:
		return nil
	case k.smoothing == none && epsilon != 0:
		return fmt.Errorf("label smoothing is %g, which the loss type %q does not have; set it to 0, or take sigmoid, robust or exo_pair", epsilon, lossType)
	case k.smoothing == needed && !(epsilon > 0 && epsilon < 0.5):
		return fmt.Errorf("label smoothing is %g; for the loss type %q it must be above 0 and below 0.5 (its paper takes 0.001)", epsilon, lossType)
	case k.smoothing == allowed && !(epsilon >= 0 && epsilon < 0.5):
		return fmt.Errorf("label smoothing is %g; for the loss type %q it must be at least 0 and below 0.5", epsilon, lossType)
	}
	return nil
}

// nearest is the name that takes the fewest changes of letters to reach, or the first that begins so.
func nearest(lossType string) string {
	given := strings.ReplaceAll(strings.ToLower(lossType), "-", "_")
	best, least := "", -1
	for _, name := range Types() {
		changes := distance(given, name)
		if given != "" && strings.HasPrefix(name, given) {
			changes = 0
		}
		if least < 0 || changes < least {
			best, least = name, changes
		}
	}
	return best
}

// distance is the number of bytes to insert, delete or replace to make b of a (Levenshtein 1966).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
