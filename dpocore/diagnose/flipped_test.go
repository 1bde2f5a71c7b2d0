package diagnose_test

import (
	"context"
	"path/filepath"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/diagnose"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/train"
)

// SmolLM2 trained on the built-in pairs with swapped labels: after 10 steps it ranks fewer than half of the held-out pairs
// correctly, and the diagnosis gives the reason. With the original labels it ranks 8 of 10 correctly.
func TestFlippedBuiltinLabels(t *testing.T) {
	if testing.Short() {
		t.Skip("trains SmolLM2, which takes a minute")
	}
	model, err := model.Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	data, err := dataset.Load(dataset.Builtin, "", 0, 42)
	if err != nil {
		t.Fatal(err)
	}
	flip(data.Train)
	c := config.Default()
	c.MaxSteps, c.BatchSize, c.WarmupSteps, c.LearningRate, c.EvalSteps, c.SaveSteps = 10, 4, 1, 3e-4, 0, 0
	dir := filepath.Join(t.TempDir(), "run")
	if err := train.Run(context.Background(), train.Job{Model: model, Dir: dir, Config: c, Data: data, Listener: quiet{}}); err != nil {
		t.Fatal(err)
	}
	r, err := diagnose.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	d := r.Diagnose()
	t.Log(d)
	if f, ok := d.Find("labels swapped"); !ok || f.Mark != diagnose.Problem || r.History.Evaluations[0].RewardsAccuracies >= 0.5 {
		t.Errorf("held-out accuracy %g, and the swapped labels are not reported", r.History.Evaluations[0].RewardsAccuracies)
	}
}
