package train_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// A set that is too large to be tokenized before the first step resumes to the bytes of a run that never stopped, also
// where pairs have no room and others stand in for them; and a changed text is another run.
func TestLargeSetResumesToTheSameBytes(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data := runtest.Short(t)
	c.MaxLength = 64
	builtin := data.Train.Pairs
	data.Train = &preference.Set{Source: "many"}
	for i := range 5001 {
		pair := builtin[i%len(builtin)]
		pair.Prompt = preference.User(fmt.Sprintf("%d. %s%s", i, pair.PromptText(), strings.Repeat(" And then?", i%3*8)))
		data.Train.Pairs = append(data.Train.Pairs, pair)
	}
	whole := filepath.Join(t.TempDir(), "whole")
	r := &runtest.Recorder{}
	if err := train.Run(context.Background(), train.Job{Model: model, Dir: whole, Config: c, Data: data, Listener: r}); err != nil {
		t.Fatal(err)
	}
	if notes := strings.Join(r.Notes, "\n"); !strings.Contains(notes, "pairs checked") {
		t.Errorf("notes: %s", notes)
	}
	dir := filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithCancel(context.Background())
	stop := &runtest.Recorder{OnStep: func(e metrics.Event) {
		if e.Step == 3 {
			cancel()
		}
	}}
	if err := train.Run(ctx, train.Job{Model: model, Dir: dir, Config: c, Data: data, Listener: stop}); err == nil {
		t.Fatal("the run was not stopped")
	}
	data.Train.Pairs[4000].Chosen += "!"
	if err := train.Run(context.Background(), train.Job{Model: model, Dir: dir, Config: c, Data: data, Listener: &runtest.Recorder{}}); err == nil || !strings.Contains(err.Error(), "training pairs of many are no longer the same to the model") {
		t.Errorf("other pairs: %v", err)
	}
	data.Train.Pairs[4000].Chosen = strings.TrimSuffix(data.Train.Pairs[4000].Chosen, "!")
	if err := train.Run(context.Background(), train.Job{Model: model, Dir: dir, Config: c, Data: data, Listener: &runtest.Recorder{}}); err != nil {
		t.Fatal(err)
	}
	runtest.EqualOutcome(t, "stopped after step 3", runtest.Outcome(t, dir), runtest.Outcome(t, whole))
}
