package train_test

import (
	"context"
	"path/filepath"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// TestFolderInNF4: a model that bitsandbytes quantized is trained in four bits; its adapter is merged into the widened weights, in a
// folder like any other.
func TestFolderInNF4(t *testing.T) {
	cachetest.Own(t)
	folder := tinymodel.WriteChat(t, 1)
	tinymodel.QuantizeNF4(t, folder)
	m, err := model.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	c, pairs := runtest.Short(t)
	c.MaxSteps, c.EvalSteps, c.BaseWeights = 3, 0, config.Quantized
	dir, merged := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "merged")
	r := runtest.Train(t, m, dir, c, pairs)
	if first, last := r.Steps[0].Loss, r.Steps[2].Loss; m.BaseWeights() != config.Quantized || !(last < first) {
		t.Errorf("%s weights, the losses are %g and %g", m.BaseWeights(), first, last)
	}
	if written, err := export.Merge(context.Background(), m, dir, merged, "float32"); err != nil || !written {
		t.Fatalf("merged: %t, %v", written, err)
	}
	if weights.Quantized(merged) {
		t.Error("the merged folder is said to be quantized")
	}
}
