package config

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// TestResolve: 21 pairs, 2 batches of 4 a step, are 3 steps per epoch. As transformers rounds: ⌈2.5·3⌉ = 8 steps, ⌈0.2·8⌉ = 2 of
// warm-up, ⌈0.3·8⌉ = 3 between evaluations.
func TestResolve(t *testing.T) {
	c := Default()
	c.BatchSize, c.GradientAccumulation = 4, 2
	c.MaxSteps, c.NumTrainEpochs, c.WarmupSteps, c.WarmupRatio, c.EvalSteps, c.SaveSteps, c.DecaySteps = 0, 2.5, 0, 0.2, 0.3, Epoch, 0.25
	got := c.Resolve(21)
	if got.MaxSteps != 8 || got.WarmupSteps != 2 || got.EvalSteps != 3 || got.SaveSteps != 3 || got.DecaySteps != 2 {
		t.Errorf("resolved: %d steps, warm-up %d, evaluation every %v, checkpoint every %v, decay %v", got.MaxSteps, got.WarmupSteps, got.EvalSteps, got.SaveSteps, got.DecaySteps)
	}
	if again := got.Resolve(21); !reflect.DeepEqual(again, got) {
		t.Errorf("resolved again: %+v", again)
	}
	if notes := got.lengthNotes(21); notes != nil {
		t.Errorf("notes on what is resolved: %v", notes)
	}
	if d := Default(); !reflect.DeepEqual(d.Resolve(21), d) {
		t.Error("settings without shares and epochs change")
	}
	c.MaxSteps, c.WarmupSteps = 5, 1 // they win, as in TRL
	if got := c.Resolve(21); got.MaxSteps != 5 || got.WarmupSteps != 1 || got.EvalSteps != 2 {
		t.Errorf("with a number of steps: %d steps, warm-up %d, evaluation every %v", got.MaxSteps, got.WarmupSteps, got.EvalSteps)
	}
}

// TestSteps: how numbers of steps are written, in flags and in run.json.
func TestSteps(t *testing.T) {
	for text, want := range map[string]Steps{"0": 0, "10": 10, "0.1": 0.1, "epoch": Epoch} {
		var s Steps
		if err := s.Set(text); err != nil || s != want || s.String() != text {
			t.Errorf("%s is %v, %v", text, s, err)
		}
		raw, err := json.Marshal(s)
		if err != nil || strings.Trim(string(raw), `"`) != text {
			t.Errorf("%s is written %s, %v", text, raw, err)
		}
		s = 7
		if err := json.Unmarshal(raw, &s); err != nil || s != want {
			t.Errorf("%s is read as %v, %v", raw, s, err)
		}
	}
	for _, text := range []string{"-1", "1.5", "x", "", "NaN", "Inf", "1e300", "epochs"} {
		if s := Steps(7); s.Set(text) == nil || s != 7 {
			t.Errorf("%q is accepted as %v", text, s)
		}
	}
}

// TestRecordedSettings: those of AdamW are in run.json only if they are not the default, since the checksums of earlier
// runs, which have none, must stay the same.
func TestRecordedSettings(t *testing.T) {
	c := Default()
	raw, err := json.Marshal(c)
	if err != nil || strings.Contains(string(raw), "adam") {
		t.Errorf("%s, %v", raw, err)
	}
	var back Config
	if err := json.Unmarshal(raw, &back); err != nil || !reflect.DeepEqual(back, c) {
		t.Errorf("read back: %+v, %v", back, err)
	}
	c.AdamBeta1, c.AdamEpsilon, c.WeightDecay = 0, 1e-6, 0.1
	raw, _ = json.Marshal(c)
	if err := json.Unmarshal(raw, &back); err != nil || !reflect.DeepEqual(back, c) {
		t.Errorf("%s, read back: %+v, %v", raw, back, err)
	}
}
