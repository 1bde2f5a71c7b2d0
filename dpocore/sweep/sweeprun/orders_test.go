package sweeprun_test

import (
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/sweep/sweeprun"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// No order leaves a sweep that can't be started any more: steps without end, and forks with other tokens or of the same run, are refused.
// A fork can be forked.
func TestOrdersLeaveASweep(t *testing.T) {
	cachetest.Own(t)
	m := runtest.Model(t)
	s, data := shortSweep(t, 0.1)
	s.Config.MaxSteps, s.Config.WarmupSteps, s.Config.EvalSteps, s.Config.SaveSteps, s.Config.Scheduler = 2, 0, 0, 1, "constant"
	dir := filepath.Join(t.TempDir(), "sweep")
	sweepInto(t, m, dir, s, data)
	for order, want := range map[string]string{
		"extend beta-0.1 99999999999999":              "the number of steps is 99999999999999; it must be at most 1000000000",
		"fork beta-0.1 system=Hello max_steps=3":      "a sweep can't vary the system prompt",
		"fork beta-0.1 full=true max_steps=3":         "a sweep can't vary the choice of full fine-tuning",
		"fork beta-0.1 max_steps=3 save_steps=1":      "a sweep can't vary the checkpoint interval: it does not change what is learned",
		"fork beta-0.1 max_steps=3 max_steps=4":       "the number of steps has values twice",
		"fork beta-0.1 beta=0.3 lr":                   `"lr" is no setting with a value`,
		"fork beta-0.1 betta=0.3":                     `unknown setting "betta"; did you mean beta?`,
		"fork beta-0.1 beta=0.3":                      "nothing is left to train",
		"fork beta-0.1 max_steps=3 lora-r=2":          "a fork can't change it",
		"fork beta-0.1 max_steps=3 learning_rate=1,2": "the learning rate can't be",
	} {
		if done, err := sweeprun.Control(dir, order); err == nil || !strings.Contains(err.Error(), want) || done != "" {
			t.Errorf("%s: %q, %v; want %q", order, done, err, want)
		}
	}
	for _, order := range []string{"extend beta-0.1 3", "fork beta-0.1 max-steps=4 lr=0.003"} {
		if _, err := sweeprun.Control(dir, order); err != nil {
			t.Fatal(err)
		}
	}
	for _, same := range []string{"fork beta-0.1 beta=0.10", "fork beta-0.1 eval_steps=2"} {
		if _, err := sweeprun.Control(dir, same); err == nil || !strings.Contains(err.Error(), "the fork would learn the same as beta-0.1; give another value") {
			t.Errorf("%s: %v", same, err)
		}
	}
	const fork = "beta-0.1,fork-2,max-steps-4,lr-0.003"
	if record, _ := sweepInto(t, m, dir, s, data); len(record.Settings) != 2 || !strings.HasSuffix(record.Summary, " By order beta-0.1 has 3 steps, more than the others.") {
		t.Fatalf("%d settings, %q: %s", len(record.Settings), record.Unfinished(dir), record.Summary)
	}
	for order, want := range map[string]string{
		"fork " + fork + " max_steps=5 beta=0.1": "",
		"fork " + fork + " beta=0.10":            "nothing is left to train",
		"fork beta-0.1 eval_steps=2 beta=0.1":    "nothing is left to train",
	} {
		if _, err := sweeprun.Control(dir, order); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", order, err, want)
		}
	}
	record, _ := sweepInto(t, m, dir, s, data)
	second := fork + ",fork-4,max-steps-5,beta-0.1"
	forked, _, err := run.ReadRecord(filepath.Join(dir, second))
	if err != nil || len(record.Settings) != 3 || !forked.Finished || forked.Config.LearningRate != 0.003 || forked.Config.MaxSteps != 5 {
		t.Errorf("a fork of a fork: %v, %d settings, %+v", err, len(record.Settings), forked.Fork)
	}

	// The sweep with more steps gives them to an extended run too, and a stop that comes while a run is evaluated at its end changes nothing.
	s.Config.MaxSteps = 5
	if err := (sweep.Order{Do: sweep.Halt, Run: second}).Give(dir); err != nil {
		t.Fatal(err)
	}
	record, _ = sweepInto(t, m, dir, s, data)
	extended, _, err := run.ReadRecord(filepath.Join(dir, "beta-0.1"))
	if err != nil || extended.Config.MaxSteps != 5 || len(record.Settings) != 3 || strings.Contains(record.Summary, "By order") {
		t.Errorf("with more steps: %v, %d steps, %q", err, extended.Config.MaxSteps, record.Unfinished(dir))
	}
}
