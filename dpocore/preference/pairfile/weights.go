package pairfile

import (
	"encoding/json"
	"fmt"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
	"example.com/gonb-dpo/internal/wording"
)

// maxWeight keeps the sum of any number of weights finite.
const maxWeight = 1e30

// weights are the smallest and the largest weight of a file's pairs; both are 0 before the first pair.
type weights struct {
	min, max float64
	none     int // pairs whose weight is not given
}

// add counts the weight of a pair. A pair of weight 0 adds nothing to the loss: reason is why it is left out.
func (w *weights) add(weight float64, given bool) (reason string) {
	if !given {
		w.none++
	}
	if weight == 0 {
		return preference.NoWeight
	}
	if w.max == 0 {
		w.min = weight
	}
	w.min, w.max = min(w.min, weight), max(w.max, weight)
	return ""
}

// notes says what weights that differ do.
func (w *weights) notes() []string {
	if w.min == w.max {
		return nil
	}
	none := ""
	if w.none > 0 {
		none = fmt.Sprintf(", that of %s without one as 1", wording.Count(w.none, "pair"))
	}
	return []string{fmt.Sprintf("the \"weight\" of pairs is %g to %g: in training, the loss of a pair counts in proportion to it%s; evaluations count all pairs the same", w.min, w.max, none)}
}

// numberCell converts the cell of a weight to JSON; an empty cell has none.
func numberCell(cell string) (json.RawMessage, error) {
	cell = strings.TrimSpace(cell)
	if cell == "" {
		return json.RawMessage("null"), nil
	}
	if recordfile.KindOf([]byte(cell)) != "a number" || !json.Valid([]byte(cell)) {
		return nil, fmt.Errorf("is %.40q; it must be a number", cell)
	}
	return json.RawMessage(cell), nil
}
