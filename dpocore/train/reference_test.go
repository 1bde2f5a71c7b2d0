package train_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/errtest"
	"example.com/gonb-dpo/internal/runtest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// TestReferences: with another model as the reference the first margins are the differences of the two models' log-probabilities, as
// each measures them alone; a run stopped and resumed ends in the same bytes, and continues with no other reference. With a starting
// adapter they are 0 against the adapter, the usual reference, and not against the model alone.
func TestReferences(t *testing.T) {
	cachetest.Own(t)
	m, other := openBytes(t, 1), openBytes(t, 77)
	c, data := runtest.Short(t)
	c.MaxSteps, c.EvalSteps, c.SaveSteps = 3, 0, 1
	dir := filepath.Join(t.TempDir(), "usual")
	usual := runtest.Train(t, m, dir, c, data).Steps[0]
	ofOther := runtest.Train(t, other, filepath.Join(t.TempDir(), "of other"), c, data).Steps[0]

	with := func(name string, change func(*config.Config)) (string, config.Config, *runtest.Recorder) {
		changed, out := c, filepath.Join(t.TempDir(), name)
		change(&changed)
		return out, changed, runtest.Train(t, m, out, changed, data)
	}
	out, changed, recorder := with("other", func(c *config.Config) { c.Reference, c.LoRADropout, c.LayersToTransform = other.Path, 0.2, []int{1} })
	want := c.Beta * (usual.LogpsChosen - usual.LogpsRejected - ofOther.LogpsChosen + ofOther.LogpsRejected)
	if margin := recorder.Steps[0].RewardsMargins; math.Abs(margin-want) > 1e-4 || math.Abs(want) < 1e-2 {
		t.Errorf("the first margin against another model is %g, want %g", margin, want)
	}
	if !slices.ContainsFunc(recorder.Notes, func(note string) bool { return strings.Contains(note, "The reference is the model "+other.Path) }) {
		t.Errorf("the run does not say what its reference is: %q", recorder.Notes)
	}
	stopped := filepath.Join(t.TempDir(), "stopped")
	ctx, cancel := context.WithCancel(context.Background())
	if err := train.Run(ctx, train.Job{Model: m, Dir: stopped, Config: changed, Data: data, Listener: &runtest.Recorder{OnStep: func(metrics.Event) { cancel() }}}); err == nil {
		t.Fatal("the run was not stopped")
	}
	without := changed
	without.Reference = ""
	errtest.Contains(t, train.Run(context.Background(), train.Job{Model: m, Dir: stopped, Config: without, Data: data, Listener: &runtest.Recorder{}}),
		"its reference is the model "+other.Path, "this run's is the model alone")
	runtest.Train(t, m, stopped, changed, data)
	runtest.EqualOutcome(t, "stopped and resumed", runtest.Outcome(t, stopped), runtest.Outcome(t, out))
	if record, _, err := run.ReadRecord(out); err != nil || record.Model.ReferenceModel == "" || record.Model.Reference != "" {
		t.Errorf("the record has %+v, %v", record.Model, err)
	}

	_, _, adapter := with("adapter", func(c *config.Config) { c.InitAdapter, c.Reference = dir, config.ReferenceAdapter })
	_, _, base := with("base", func(c *config.Config) { c.InitAdapter, c.Reference = dir, config.ReferenceBase })
	if a, b := adapter.Steps[0].RewardsMargins, base.Steps[0].RewardsMargins; math.Abs(a) > 1e-4 || math.Abs(b) < 1e-3 {
		t.Errorf("the first margins are %g against the starting adapter and %g against the model alone", a, b)
	}

	changed.Reference = tinymodel.WriteChat(t, 3)
	errtest.Contains(t, train.Run(context.Background(), train.Job{Model: m, Dir: filepath.Join(t.TempDir(), "x"), Config: changed, Data: data, Listener: &runtest.Recorder{}}),
		changed.Reference, "has another tokenizer than")
}

// openBytes opens a tiny model with a token for each byte.
func openBytes(t *testing.T, seed uint64) *model.Model {
	t.Helper()
	m, err := model.Open(tinymodel.WriteBytes(t, seed))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// TestEvaluationAgainstReference: a run is evaluated against the reference that it was trained with, with the figures
// of its last evaluation, and not once that reference is gone.
func TestEvaluationAgainstReference(t *testing.T) {
	cachetest.Own(t)
	m := openBytes(t, 1)
	c, data := runtest.Short(t)
	c.MaxSteps, c.EvalSteps, c.SaveSteps, c.LearningRate = 2, 0, 0, 0.01
	first := filepath.Join(t.TempDir(), "first")
	runtest.Train(t, m, first, c, data)
	other := openBytes(t, 77).Path
	for _, one := range []struct {
		initial, reference, want string
		gone                     string // folder that the evaluation then lacks
	}{
		{first, config.ReferenceBase, "the model alone", ""},
		{first, "", "the model with the initial adapter", first},
		{"", other, "the model " + other + " (SHA-256 ", other},
	} {
		changed, dir := c, filepath.Join(t.TempDir(), "run")
		changed.InitAdapter, changed.Reference = one.initial, one.reference
		last := runtest.Train(t, m, dir, changed, data).Evaluations[0]
		evaluate := func() ([]evaluation.Pair, string, []string, error) {
			return measure.EvaluateRun(context.Background(), m, dir, data.HeldOut, c.MaxLength, func(int, int) {})
		}
		pairs, reference, notes, err := evaluate()
		if err != nil || !strings.HasPrefix(reference, one.want) {
			t.Fatalf("the reference is %q, want %q: %v", reference, one.want, err)
		}
		margin := 0.0
		for _, p := range pairs {
			margin += c.Beta * p.Margin / float64(len(pairs))
		}
		if math.Abs(margin-last.RewardsMargins) > 1e-4 {
			t.Errorf("%s: the margin is %g, in training it was %g", one.want, margin, last.RewardsMargins)
		}
		if told := slices.ContainsFunc(notes, func(note string) bool { return strings.Contains(note, "The divergence is from the model without") }); told != (one.gone == other) {
			t.Errorf("%s: the notes are %q", one.want, notes)
		}
		if one.gone == "" {
			continue
		}
		if err := os.Rename(one.gone, one.gone+"-moved"); err != nil {
			t.Fatal(err)
		}
		_, _, _, err = evaluate()
		errtest.Contains(t, err, "the run", one.gone, "must be there as it was")
	}
}
