package metrics

import (
	"encoding/json"
	"math"
	"testing"
)

// TestGuardRows: what the guards measured is written and read again; rows without guards have none.
func TestGuardRows(t *testing.T) {
	e := Evaluation{Step: 3, PairMeans: PairMeans{Loss: 0.5}, Guards: &Guards{KL: 0.25, Chosen: math.NaN(), Repetition: 0.125}}
	row, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var back Evaluation
	if err := json.Unmarshal(row, &back); err != nil || back.Guards == nil || back.Guards.KL != 0.25 || !math.IsNaN(back.Guards.Chosen) || back.Guards.Repetition != 0.125 {
		t.Errorf("%s is read as %+v (%v)", row, back.Guards, err)
	}
	if got := back.Guards.String(); got != "guards: KL 0.2500 nats per token, repetition 0.125" {
		t.Errorf("the line is %q", got)
	}
	back = Evaluation{}
	if err := json.Unmarshal([]byte(`{"step": 3, "eval_loss": 0.5}`), &back); err != nil || back.Guards != nil {
		t.Errorf("a row without guards has %+v (%v)", back.Guards, err)
	}
}
