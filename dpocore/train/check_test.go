package train_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/errtest"
	"example.com/gonb-dpo/internal/runtest"
)

// TestCheck: a run that is checked ends in the bytes of one that is not. A check that fails names the likely cause, and nothing is
// trained.
func TestCheck(t *testing.T) {
	cachetest.Own(t)
	m := openBytes(t, 1)
	c, data := runtest.Short(t)
	c.MaxSteps, c.EvalSteps, c.SaveSteps, c.LoRADropout = 2, 0, 1, 0.2
	checked := func(name string, c config.Config) (string, *runtest.Recorder, error) {
		dir, r := filepath.Join(t.TempDir(), name), &runtest.Recorder{}
		return dir, r, train.Run(context.Background(), train.Job{Model: m, Dir: dir, Config: c, Data: data, Listener: r, Check: true})
	}
	plain := filepath.Join(t.TempDir(), "plain")
	runtest.Train(t, m, plain, c, data)
	dir, recorder, err := checked("checked", c)
	if err != nil {
		t.Fatal(err)
	}
	runtest.EqualOutcome(t, "checked", runtest.Outcome(t, dir), runtest.Outcome(t, plain))
	if !slices.ContainsFunc(recorder.Notes, func(note string) bool {
		return strings.HasPrefix(note, "The check has passed: on one pair the loss falls from 0.693")
	}) {
		t.Errorf("the notes are %q", recorder.Notes)
	}

	for _, rate := range []float64{0.1, 1, 10} {
		fast := c
		fast.LearningRate = rate
		_, _, err = checked("fast", fast)
		errtest.Contains(t, err, "the check has failed", "the likely cause is the learning rate", fmt.Sprintf("lower it (it is %g)", rate))
	}

	slow := c
	slow.LearningRate = 1e-12
	_, recorder, err = checked("slow", slow)
	errtest.Contains(t, err, "the check has failed", "the likely cause is the learning rate", "raise it (it is 1e-12)")
	if len(recorder.Steps) > 0 {
		t.Errorf("%d steps were made after a failed check", len(recorder.Steps))
	}
}
