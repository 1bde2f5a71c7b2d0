package plots

import "testing"

func TestDescription(t *testing.T) {
	f := Lines("Loss", "loss", Series{Name: "a", X: []float64{1, 2, 3}, Y: []float64{0.6931, 0.7, 0.25}}, Series{X: []float64{1}, Y: []float64{2}})
	if got, want := f.Description(), "Loss: a from 0.693 to 0.25, series 2 from 2 to 2."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := Lines("Loss", "loss").Description(), "Loss: nothing to show yet."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
