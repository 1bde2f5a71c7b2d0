package plots

import (
	"bytes"
	"slices"
	"testing"

	"example.com/gonb-dpo/dpocore/metrics"
)

// TestForkedRun: among other runs its line begins at the fork; alone it has all steps and a mark.
func TestForkedRun(t *testing.T) {
	var h metrics.History
	for step := 1; step <= 6; step++ {
		h.Steps = append(h.Steps, metrics.Event{Step: step, PairMeans: metrics.PairMeans{Loss: 1 / float64(step)}})
	}
	whole := h
	h.ForkedAt = 4
	steps, values, _ := h.Series("loss")
	if s, v := sinceFork(h, steps, values); !slices.Equal(s, []float64{4, 5, 6}) || v[0] != 0.25 {
		t.Errorf("since the fork: %v, %v", s, v)
	}
	if s, _ := sinceFork(whole, steps, values); len(s) != 6 {
		t.Errorf("a run without a fork has the steps %v", s)
	}
	svg := func(h metrics.History) string {
		var out bytes.Buffer
		if err := Loss(h).SVG(&out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	if !bytes.Contains([]byte(svg(h)), []byte("fork")) || bytes.Contains([]byte(svg(whole)), []byte("fork")) {
		t.Error("the fork is not marked, or one is marked that is not there")
	}
}
