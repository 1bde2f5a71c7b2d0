package dpocore

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestValidateNamesEveryFault(t *testing.T) {
	c := DefaultConfig()
	if err := c.Validate(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	c.Beta, c.LoRARank, c.BatchSize, c.MaxLength, c.LearningRate, c.LossType = math.NaN(), 0, -1, 4, math.Inf(1), "sigmoyd"
	err := c.Validate()
	if err == nil {
		t.Fatal("a configuration of faults is accepted")
	}
	for _, want := range []string{"beta is NaN", "rank is 0", "batch is -1", "length is 4", "rate is +Inf", `"sigmoyd"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

// TestLearningRate: the 50 rates of a run with 5 warm-up steps, as transformers' scheduler gives them: 0, 1/5, … 1, then
// 44/45 … 1/45 of the greatest.
func TestLearningRate(t *testing.T) {
	c := DefaultConfig()
	for step, want := range map[int]float64{0: 0, 1: 1e-5, 4: 4e-5, 5: 5e-5, 6: 5e-5 * 44 / 45, 49: 5e-5 / 45} {
		if got := c.learningRate(step); math.Abs(got-want) > 1e-18 {
			t.Errorf("step %d: %g, want %g", step, got, want)
		}
	}
	// cosine: ½(1 + cos π·done), done = 0, ½ and 44/45; constant: the greatest rate to the end
	c.WarmupSteps, c.MaxSteps = 5, 50
	for _, at := range []struct {
		scheduler string
		step      int
		want      float64
	}{{"cosine", 4, 4e-5}, {"cosine", 5, 5e-5}, {"cosine", 20, 5e-5 * 0.75}, {"cosine", 49, 5e-5 * 0.0012179748700879012},
		{"constant", 4, 4e-5}, {"constant", 5, 5e-5}, {"constant", 49, 5e-5}} {
		c.Scheduler = at.scheduler
		if got := c.learningRate(at.step); math.Abs(got-at.want) > 1e-17 {
			t.Errorf("%s, step %d: %g, want %g", at.scheduler, at.step, got, at.want)
		}
	}
	c.Scheduler = "linear"
	c.WarmupSteps = 0
	if got := c.learningRate(0); got != 5e-5 {
		t.Errorf("without warm-up the first rate is %g", got)
	}
	c.WarmupSteps = 100
	if got := c.learningRate(49); math.Abs(got-5e-5*49/100) > 1e-18 {
		t.Errorf("a warm-up longer than the run: %g", got)
	}
}

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
			if want := []int{0, 4, 8, 10, 14, 18}[step]; o.seen(step) != want {
				t.Errorf("before step %d: %d pairs seen, want %d", step, o.seen(step), want)
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

func TestLoadData(t *testing.T) {
	builtin, err := LoadData(BuiltinName, "", 0, 1)
	if err != nil || len(builtin.Train.Pairs) != 240 || len(builtin.HeldOut.Pairs) != 60 {
		t.Errorf("built-in: %d and %d pairs, %v", len(builtin.Train.Pairs), len(builtin.HeldOut.Pairs), err)
	}
	split, err := LoadData(BuiltinName, "", 0.5, 1)
	if err != nil || len(split.Train.Pairs) != 150 || len(split.HeldOut.Pairs) != 150 {
		t.Errorf("half: %d and %d pairs, %v", len(split.Train.Pairs), len(split.HeldOut.Pairs), err)
	}
	file := t.TempDir() + "/pairs.jsonl"
	if err := os.WriteFile(file, []byte(`{"prompt": "a", "chosen": "b", "rejected": "c"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	own, err := LoadData(file, BuiltinName, 0, 1)
	if err != nil || len(own.Train.Pairs) != 1 || len(own.HeldOut.Pairs) != 60 {
		t.Errorf("own file: %d and %d pairs, %v", len(own.Train.Pairs), len(own.HeldOut.Pairs), err)
	}
	if none, err := LoadData(file, "", 0, 1); err != nil || none.HeldOut != nil {
		t.Errorf("no held-out pairs: %v, %v", none.HeldOut, err)
	}
	for _, c := range []struct {
		eval     string
		fraction float64
		says     string
	}{{"", 1, "fraction is 1"}, {"", -0.1, "fraction is -0.1"}, {BuiltinName, 0.1, "named twice"}} {
		if _, err := LoadData(BuiltinName, c.eval, c.fraction, 1); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q, %g: %v", c.eval, c.fraction, err)
		}
	}
}

// TestTornReferenceFile: a crash can tear the last record; those before it stay.
func TestTornReferenceFile(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	r := openReferences(nil, "model")
	first, second := rowKey{1}, rowKey{2}
	r.keep(first, [][2]float32{{-1, -2}, {-3, -4}})
	r.keep(second, [][2]float32{{-5, -6}})
	path := r.file.Name()
	r.close()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := len(content); cut > len(content)-(recordOverhead+8); cut-- {
		if err := os.WriteFile(path, content[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		again := openReferences(nil, "model")
		again.close()
		if got := again.known[first]; !slices.Equal(got, [][2]float32{{-1, -2}, {-3, -4}}) {
			t.Fatalf("cut to %d bytes: the first record reads %v", cut, got)
		}
		if _, ok := again.known[second]; ok != (cut == len(content)) {
			t.Fatalf("cut to %d bytes: the second record is there: %v", cut, ok)
		}
	}
	content[sha256Size+6] ^= 1
	if damaged := (&references{known: map[rowKey][][2]float32{}}); damaged.parse(content) != 0 {
		t.Error("a damaged record is taken for sound")
	}
}

const sha256Size = len(rowKey{})
