package schedule

import (
	"slices"
	"testing"
)

// TestOrder: every epoch has every pair once; its last step is smaller; nothing depends on what came before.
func TestOrder(t *testing.T) {
	for _, shuffle := range []bool{false, true} {
		o := order{pairs: 10, perStep: 4, shuffle: shuffle, seed: 1}
		var epochs [2][]int
		for step := range 6 {
			indices := o.step(step)
			if want := []int{4, 4, 2}[step%3]; len(indices) != want {
				t.Errorf("step %d has %d pairs, want %d", step, len(indices), want)
			}
			if want := []int{0, 4, 8, 10, 14, 18}[step]; o.pairsBefore(step) != want {
				t.Errorf("before step %d: %d pairs seen, want %d", step, o.pairsBefore(step), want)
			}
			epochs[step/3] = append(epochs[step/3], indices...)
		}
		inOrder := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
		for i, epoch := range epochs {
			if sorted := slices.Sorted(slices.Values(epoch)); !slices.Equal(sorted, inOrder) {
				t.Errorf("epoch %d has pairs %v", i, epoch)
			}
			if slices.Equal(epoch, inOrder) == shuffle {
				t.Errorf("shuffle %v gives the order %v", shuffle, epoch)
			}
		}
		if slices.Equal(epochs[0], epochs[1]) == shuffle {
			t.Errorf("shuffle %v gives the orders %v and %v", shuffle, epochs[0], epochs[1])
		}
	}
}
