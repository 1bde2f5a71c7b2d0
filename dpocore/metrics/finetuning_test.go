package metrics

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// A row of fine-tuning has the loss and the token accuracy, and none of the figures of pairs, also after it was read again.
func TestFineTuningRows(t *testing.T) {
	event := Event{Step: 2, NumTokens: 40, GradNorm: 0.5, PairMeans: PairMeans{Loss: 2.25, FineTuning: &FineTuning{0.75}}}
	evaluation := Evaluation{Step: 2, PairMeans: PairMeans{Loss: 2.5, FineTuning: &FineTuning{0}}}
	text, err := json.Marshal(event)
	if err != nil || strings.Contains(string(text), "rewards") || !strings.Contains(string(text), `"mean_token_accuracy":0.75`) {
		t.Fatalf("%s, %v", text, err)
	}
	var read Event
	if err := json.Unmarshal(text, &read); err != nil || read.FineTuning == nil || read.FineTuning.MeanTokenAccuracy != 0.75 || read.Loss != 2.25 || read.NumTokens != 40 {
		t.Fatalf("read %+v, %v", read, err)
	}
	text, err = json.Marshal(evaluation)
	if err != nil {
		t.Fatal(err)
	}
	var back Evaluation
	if err := json.Unmarshal(text, &back); err != nil || back.FineTuning == nil || back.Loss != 2.5 {
		t.Fatalf("read %+v of %s, %v", back, text, err)
	}
	h := History{Steps: []Event{read}, Evaluations: []Evaluation{back}}
	_, accuracy, ok := h.Series("mean_token_accuracy")
	_, heldOut, alsoOK := h.Series("eval_mean_token_accuracy")
	_, margins, _ := h.Series("rewards/margins")
	if !h.FineTuned() || !ok || !alsoOK || accuracy[0] != 0.75 || heldOut[0] != 0 || !math.IsNaN(margins[0]) {
		t.Errorf("series %v, %v, %v", accuracy, heldOut, margins)
	}
}

// TRL logs the token accuracy of pairs too.
func TestTRLsPairsAreNoFineTuning(t *testing.T) {
	var e Event
	if err := json.Unmarshal([]byte(`{"step": 1, "loss": 0.69, "mean_token_accuracy": 0.5, "rewards/margins": 0.1}`), &e); err != nil || e.FineTuning != nil || e.RewardsMargins != 0.1 {
		t.Errorf("%+v, %v", e, err)
	}
}
