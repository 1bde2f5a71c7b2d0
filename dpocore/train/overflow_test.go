package train_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
	"example.com/gonb-dpo/internal/sums"
)

// Under a loss scale of 2³⁰ gradients overflow in float16: steps are skipped, each halving it, until one fits, and the run
// learns on. Stopped among the skipped steps it ends with the same bytes.
func TestOverflowAdapts(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data := runtest.Short(t)
	c.Precision, c.MaxSteps, c.EvalSteps, c.SaveSteps = "float16", 20, 0, 0
	until := func(step int, dir string) *runtest.Recorder {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		r := &runtest.Recorder{OnStep: func(e metrics.Event) {
			if e.Step == step {
				cancel()
			}
		}}
		if err := train.Run(ctx, train.Job{Model: model, Dir: dir, Config: c, Data: data, Listener: r}); (err == nil) != (step > c.MaxSteps) {
			t.Fatalf("until step %d: %v", step, err)
		}
		return r
	}
	whole, broken := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")
	until(1, whole)
	rescale(t, filepath.Join(whole, "checkpoint-1"), "1024", "1073741824")
	if err := os.CopyFS(broken, os.DirFS(whole)); err != nil {
		t.Fatal(err)
	}
	r := until(c.MaxSteps+1, whole)
	skipped := 0
	for skipped < len(r.Steps) && math.IsNaN(r.Steps[skipped].GradNorm) {
		skipped++
	}
	if skipped < 5 || skipped > 17 {
		t.Errorf("%d steps were skipped at first", skipped)
	}
	learned := 0
	for _, e := range r.Steps {
		if e.GradNorm > 0 && !math.IsInf(e.GradNorm, 0) {
			learned++
		}
	}
	if notes := strings.Join(r.Notes, "\n"); learned < 2 || strings.Count(notes, "was skipped") != len(r.Steps)-learned || !strings.Contains(notes, "The loss scale is now ") {
		t.Errorf("%d of %d steps learned something; the notes are %s", learned, len(r.Steps), notes)
	}
	until(6, broken)
	until(c.MaxSteps+1, broken)
	runtest.EqualOutcome(t, "stopped while steps are skipped", runtest.Outcome(t, broken), runtest.Outcome(t, whole))
}

// rescale puts another loss scale into a checkpoint.
func rescale(t *testing.T, checkpoint, from, to string) {
	t.Helper()
	path := filepath.Join(checkpoint, "position.json")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(raw), `"loss_scale": `+from+",", `"loss_scale": `+to+",", 1)
	if changed == string(raw) {
		t.Fatalf("no loss scale of %s in %s", from, raw)
	}
	if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(sums.Remove(checkpoint), sums.WriteAll(checkpoint)); err != nil {
		t.Fatal(err)
	}
}
