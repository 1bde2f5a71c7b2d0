package metrics

import (
	"reflect"
	"testing"
)

// A run that has not got as far is left out of the later steps.
func TestReplicate(t *testing.T) {
	run := func(margins ...float64) (h History) {
		for i, margin := range margins {
			h.Steps = append(h.Steps, Event{Step: i + 1, PairMeans: PairMeans{RewardsMargins: margin}})
		}
		return h
	}
	got := Replicate("a", "rewards/margins", []History{run(1, 2, 3), run(6)}, []float64{1, 2})
	if want := (Replicates{"a", 2, []float64{1, 2, 3}, []float64{2, 2, 3}, []float64{1, 2, 3}, []float64{3, 2, 3}}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
