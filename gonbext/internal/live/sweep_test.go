package live

import (
	"io"
	"os"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/gonbext/internal/cell"
)

// The view shows the current run, the progress of all runs, and failures; its picture has the curves of each run.
func TestSweepView(t *testing.T) {
	v := NewSweep(t.TempDir(), 4)
	cell.Stdout = io.Discard
	t.Cleanup(func() { cell.Stdout = os.Stdout })
	c := config.Default()
	c.MaxSteps = 2
	for i, name := range []string{"beta-0.1", "beta-0.3"} {
		v.Run(i+1, 4, sweep.Point{Name: name, Config: c})
		v.Begin(train.Begin{Config: c, Model: "tiny", Backend: "a CPU", Pairs: 8, HeldOut: 2})
		v.Step(metrics.Event{Step: 1, PairMeans: metrics.PairMeans{RewardsMargins: 0.1}})
	}
	v.Ended(sweep.Point{Name: "beta-0.1"}, sweep.Failed, os.ErrPermission)
	v.mu.Lock()
	html := string(v.state.HTML("data:picture"))
	v.mu.Unlock()
	for _, want := range []string{"Run 2 of 4, beta-0.3: step 1 of 2, about ", " left for all runs", "width:37%", "beta-0.1 failed: ", "tiny on a CPU; 8 training pairs, 2 held out", `src="data:picture"`} {
		if !strings.Contains(html, want) {
			t.Errorf("lacks %q in\n%s", want, html)
		}
	}
	v.Run(1, 4, sweep.Point{Name: "beta-0.1", Config: c}) // resumes, as at the next comparison of a halving sweep
	v.Step(metrics.Event{Step: 2})
	if len(v.state.runs) != 2 || len(v.state.runs[0].History.Steps) != 1 || len(v.state.runs[1].History.Steps) != 1 {
		t.Errorf("the curves are of %+v", v.state.runs)
	}
	v.Close(nil)
	if html := string(v.state.HTML("")); !strings.Contains(html, "All 4 runs are done") || strings.Contains(html, "<img") {
		t.Errorf("at the end it shows\n%s", html)
	}
}
