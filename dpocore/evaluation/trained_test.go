package evaluation

import (
	"strings"
	"testing"
)

// Of ten pairs the 6 first are trained on; of the other 4, 2 are ranked correctly.
func TestTrainedPairsAreCounted(t *testing.T) {
	pairs := tenPairs()
	for i := range 6 {
		pairs[i].Trained = true
	}
	r, err := Summarize(pairs, 0.1)
	if err != nil || r.TrainedOn != 6 || r.HeldOut == nil || r.HeldOut.Pairs != 4 || r.HeldOut.Accuracy.Value != 0.5 {
		t.Fatalf("%d trained on, held out %+v, %v", r.TrainedOn, r.HeldOut, err)
	}
	r.Run = "runs/a"
	if note := r.TrainedNote(); !strings.HasPrefix(note, "6 of these 10 pairs were trained on by runs/a") || !strings.HasSuffix(note, "of the other 4, 50 % are ranked correctly.") {
		t.Errorf("note: %s", note)
	}
	if r, _ := Summarize(tenPairs(), 0.1); r.TrainedNote() != "" || r.HeldOut != nil {
		t.Errorf("none trained on: %+v", r)
	}
}
