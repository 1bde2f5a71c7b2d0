package dataset

import (
	"context"
	"os"
	"strings"
	"testing"
)

// TestOnlyBadAnswers: fine-tuning has nothing to learn from.
func TestOnlyBadAnswers(t *testing.T) {
	file := t.TempDir() + "/bad.jsonl"
	if err := os.WriteFile(file, []byte(`{"prompt": "a", "completion": "b", "label": false}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := FetchAnswers(context.Background(), OfPairs, file, "", 0, 1, nil); err == nil || !strings.Contains(err.Error(), "has no good answers, which fine-tuning learns: all 1 are labelled as bad") {
		t.Errorf("got %v", err)
	}
}

func TestLoadData(t *testing.T) {
	builtin, err := Load(Builtin, "", 0, 1)
	if err != nil || len(builtin.Train.Pairs) != 240 || len(builtin.HeldOut.Pairs) != 60 {
		t.Errorf("built-in: %d and %d pairs, %v", len(builtin.Train.Pairs), len(builtin.HeldOut.Pairs), err)
	}
	split, err := Load(Builtin, "", 0.5, 1)
	if err != nil || len(split.Train.Pairs) != 150 || len(split.HeldOut.Pairs) != 150 {
		t.Errorf("half: %d and %d pairs, %v", len(split.Train.Pairs), len(split.HeldOut.Pairs), err)
	}
	file := t.TempDir() + "/pairs.jsonl"
	if err := os.WriteFile(file, []byte(`{"prompt": "a", "chosen": "b", "rejected": "c"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	fromFile, err := Load(file, Builtin, 0, 1)
	if err != nil || len(fromFile.Train.Pairs) != 1 || len(fromFile.HeldOut.Pairs) != 60 {
		t.Errorf("a file: %d and %d pairs, %v", len(fromFile.Train.Pairs), len(fromFile.HeldOut.Pairs), err)
	}
	if none, err := Load(file, "", 0, 1); err != nil || none.HeldOut != nil {
		t.Errorf("no held-out pairs: %v, %v", none.HeldOut, err)
	}
	if _, err := Load(file, "", 0.5, 1); err == nil || !strings.Contains(err.Error(), "pairs of one prompt only, so that no share of them can be held out") {
		t.Errorf("a share of one pair: %v", err)
	}
	for _, c := range []struct {
		eval     string
		fraction float64
		want     string
	}{{"", 1, "fraction is 1"}, {"", -0.1, "fraction is -0.1"}, {Builtin, 0.1, "give only one of them"}} {
		if _, err := Load(Builtin, c.eval, c.fraction, 1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q, %g: %v", c.eval, c.fraction, err)
		}
	}
}
