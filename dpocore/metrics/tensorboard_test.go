package metrics

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/internal/eventtest"
)

// TestReport: steps and evaluations under the names of TRL's Trainer, once each, also when the run resumes from an earlier step.
func TestReport(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, EventsFile)
	settings := map[string]any{"beta": 0.25}
	event := func(step int) Event {
		return Event{Step: step, Epoch: 0.5, LearningRate: 1e-4, PairMeans: PairMeans{Loss: 1 / float64(step), RewardsMargins: 2,
			Objectives: []Objective{{Name: "b", Loss: 3}, {Name: "a", Loss: math.NaN()}}}}
	}
	train := func(from, to int) {
		log, err := OpenLog(dir, from)
		if err != nil {
			t.Fatal(err)
		}
		if err := log.Report(dir, settings); err != nil {
			t.Fatal(err)
		}
		for step := from + 1; step <= to; step++ {
			if err := log.Step(event(step)); err != nil {
				t.Fatal(err)
			}
			if step == 2 {
				if err := log.Evaluation(Evaluation{Step: 2, Epoch: 0.5, Runtime: 7, PairMeans: PairMeans{Loss: 0.4}}); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
	}
	train(0, 4)
	train(3, 5) // its checkpoint was that of step 3
	var steps []int
	events := eventtest.Read(t, path)
	for _, e := range events[2:] {
		steps = append(steps, e.Step)
	}
	if want := []int{1, 2, 2, 3, 4, 5}; len(steps) != len(want) || steps[2] != 2 || steps[3] != 3 || steps[5] != 5 {
		t.Fatalf("the events are of the steps %v, want %v", steps, want)
	}
	if text := events[1].Texts["args/text_summary"]; !strings.Contains(text, `"beta": 0.25`) {
		t.Errorf("the settings are %q", text)
	}
	step, evaluation := events[2].Scalars, events[4].Scalars
	if step["train/loss"] != 1 || step["train/rewards/margins"] != 2 || step["train/learning_rate"] != float64(float32(1e-4)) || step["train/loss/b"] != 3 || !math.IsNaN(step["train/loss/a"]) {
		t.Errorf("the first step is %v", step)
	}
	if evaluation["eval/loss"] != float64(float32(0.4)) || evaluation["eval/runtime"] != 7 {
		t.Errorf("the evaluation is %v", evaluation)
	}
	for _, name := range []string{"train/step", "train/seconds", "eval/epoch"} {
		if _, ok := step[name]; ok {
			t.Errorf("%s is no metric", name)
		}
		if _, ok := evaluation[name]; ok {
			t.Errorf("%s is no metric of an evaluation", name)
		}
	}
	before := len(events)
	if err := WriteEvents(dir, settings); err != nil {
		t.Fatal(err)
	}
	if after := eventtest.Read(t, path); len(after) != before || after[before-1].Time != events[before-1].Time {
		t.Error("writing a complete file again changes it")
	}
}
