package model

import "testing"

// changeNote by hand: changes of 0.1, 0.3 and 0.
func TestChangeNote(t *testing.T) {
	const want = "The weights were quantized to q4_0: the log-probabilities of 3 built-in answers changed by 0.133 nats per token on average, at most by 0.300."
	if got := changeNote("q4_0", []float64{-1, -2, -3}, []float64{-1.1, -1.7, -3}); got != want {
		t.Errorf("got %q", got)
	}
}
