package dpocore_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/preference"
)

// A set that is too large to be tokenized before the first step resumes to the bytes of a run that never stopped, also
// where pairs have no room and others stand in for them; and a changed text is another run.
func TestLargeSetResumesToTheSameBytes(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	model := tinyModel(t)
	c, data := shortRun(t)
	c.MaxLength = 64
	builtin := data.Train.Pairs
	data.Train = &preference.Set{Source: "many"}
	for i := range 5001 {
		pair := builtin[i%len(builtin)]
		pair.Prompt = preference.User(fmt.Sprintf("%d. %s%s", i, pair.PromptText(), strings.Repeat(" And then?", i%3*8)))
		data.Train.Pairs = append(data.Train.Pairs, pair)
	}
	whole := filepath.Join(t.TempDir(), "whole")
	r := &recorder{}
	if err := model.Train(context.Background(), whole, c, data, r); err != nil {
		t.Fatal(err)
	}
	if notes := strings.Join(r.notes, "\n"); !strings.Contains(notes, "pairs looked at") {
		t.Errorf("notes: %s", notes)
	}
	dir := filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithCancel(context.Background())
	stop := &recorder{onStep: func(e metrics.Event) {
		if e.Step == 3 {
			cancel()
		}
	}}
	if err := model.Train(ctx, dir, c, data, stop); err == nil {
		t.Fatal("the run was not stopped")
	}
	data.Train.Pairs[4000].Chosen += "!"
	if err := model.Train(context.Background(), dir, c, data, &recorder{}); err == nil || !strings.Contains(err.Error(), "training pairs") {
		t.Errorf("other pairs: %v", err)
	}
	data.Train.Pairs[4000].Chosen = strings.TrimSuffix(data.Train.Pairs[4000].Chosen, "!")
	if err := model.Train(context.Background(), dir, c, data, &recorder{}); err != nil {
		t.Fatal(err)
	}
	equalOutcome(t, "stopped after step 3", outcome(t, dir), outcome(t, whole))
}
