package demand

import (
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/internal/tinymodel"
)

// A row of 200,000 tokens needs 160 GB for the mask alone: 4 · 200,000² bytes, and 1.2 GB for the scores of a block.
func TestWhatCannotFitIsRefused(t *testing.T) {
	c, memory := tinymodel.Config(), Memory{Free: 16e9, Known: true}
	long := batch.Shape{Tokens: 200_000, Answers: 64, Pairs: 1}
	err := memory.CheckTraining(c, long)
	if err == nil || !strings.Contains(err.Error(), "a row of 200000 tokens") || !strings.Contains(err.Error(), "(161.2 GB of it for attention") || !strings.Contains(err.Error(), "16.0 GB are free") {
		t.Errorf("training: %v", err)
	}
	if err := memory.CheckMeasuring(c, []*batch.Row{{Shape: batch.Shape{Tokens: 512}}, {Shape: long}}); err == nil {
		t.Error("measuring: no error")
	}
	if err := memory.CheckTraining(c, batch.Shape{Tokens: 2048, Answers: 1024, Pairs: 4}); err != nil {
		t.Errorf("a row of 2,048 tokens: %v", err)
	}
	if err := (Memory{}).CheckTraining(c, long); err != nil {
		t.Errorf("unknown memory: %v", err)
	}
	// keys and values, old and new, of 2 layers with 2 heads of 16 float32: 1,024 bytes for a slot
	if err := memory.CheckAnswering(c, dtypes.Float32, 1<<26, 1<<26); err == nil || !strings.Contains(err.Error(), "shorten the prompt") {
		t.Errorf("answering: %v", err)
	}
	if err := memory.CheckAnswering(c, dtypes.Float32, 1<<12, 4000); err != nil {
		t.Errorf("a short answer: %v", err)
	}
}

// A model that is trained whole takes 48 bytes for each weight.
func TestCheckWhole(t *testing.T) {
	memory := Memory{Free: 48e6, Known: true}
	if err := memory.CheckWhole("tiny", 1e6); err != nil {
		t.Errorf("it fits: %v", err)
	}
	if err := memory.CheckWhole("tiny", 1e6+1); err == nil || !strings.Contains(err.Error(), "training all 1000001 weights of tiny takes 0.0 GB of memory, 48 bytes each") {
		t.Errorf("error %v", err)
	}
}

// Six copies of four bytes for each weight.
func TestCheckMeasuredWhole(t *testing.T) {
	memory := Memory{Free: 24e6, Known: true}
	if err := memory.CheckMeasuredWhole(1e6); err != nil {
		t.Errorf("it fits: %v", err)
	}
	if err := memory.CheckMeasuredWhole(1e6 + 1); err == nil || !strings.Contains(err.Error(), "name the folder as the model") {
		t.Errorf("error %v", err)
	}
}

// An adapter takes 20 bytes for each value; a number of values that overflowed fits nowhere.
func TestCheckAdapter(t *testing.T) {
	memory := Memory{Free: 16e9, Known: true}
	for _, c := range []struct {
		memory Memory
		values int
		fits   bool
	}{{memory, 8e8, true}, {memory, 8e8 + 1, false}, {memory, -1, false}, {Memory{}, 1e12, true}} {
		if err := c.memory.CheckAdapter(64, c.values); (err == nil) != c.fits {
			t.Errorf("%d values: %v", c.values, err)
		}
	}
}
