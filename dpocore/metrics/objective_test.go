package metrics

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mixed is a run of two steps and one evaluation. The second step has no truthfulness pair.
func mixed() History {
	return History{
		Steps: []Event{
			{Step: 1, PairMeans: PairMeans{Objectives: []Objective{{"truthfulness", 2, 0.7, 0.5, 0.01}, {"helpfulness", 6, 0.6, 1, 0.3}}}},
			{Step: 2, PairMeans: PairMeans{Objectives: []Objective{{"helpfulness", 8, 0.5, 0.75, 0.4}}}},
		},
		Evaluations: []Evaluation{{Step: 2, PairMeans: PairMeans{Objectives: []Objective{{"helpfulness", 20, 0.55, 0.9, 0.35}, {"truthfulness", 20, 0.65, 0.6, 0.05}}}}},
	}
}

// A line holds the totals as in a run without a mix, then the objectives by name.
func TestObjectivesFollowTotals(t *testing.T) {
	const want = `, "num_tokens": 0, "pairs/helpfulness": 6, "loss/helpfulness": 0.6, "rewards/accuracies/helpfulness": 1, "rewards/margins/helpfulness": 0.3` +
		`, "pairs/truthfulness": 2, "loss/truthfulness": 0.7, "rewards/accuracies/truthfulness": 0.5, "rewards/margins/truthfulness": 0.01}`
	if got := string(encodeRow(&mixed().Steps[0])); !strings.HasSuffix(got, want) {
		t.Errorf("the line is\n%s\nwant it to end with\n%s", got, want)
	}
	const heldOut = `"eval_pairs/helpfulness": 20, "eval_loss/helpfulness": 0.55, "eval_rewards/accuracies/helpfulness": 0.9`
	if got := string(encodeRow(&mixed().Evaluations[0])); !strings.Contains(got, heldOut) {
		t.Errorf("the line is\n%s\nwant it to contain\n%s", got, heldOut)
	}
	if got := string(encodeRow(&Event{Step: 1})); !strings.HasSuffix(got, `"num_tokens": 0}`) {
		t.Errorf("a line without objectives ends differently: %s", got)
	}
}

func TestObjectiveSeries(t *testing.T) {
	h := mixed()
	if got := h.Objectives(); !slices.Equal(got, []string{"helpfulness", "truthfulness"}) {
		t.Errorf("objectives %q", got)
	}
	if got := (History{Steps: []Event{{Step: 1}}}).Objectives(); len(got) > 0 {
		t.Errorf("a run without a mix has objectives %q", got)
	}
	for name, want := range map[string][2][]float64{
		"loss/helpfulness":                      {{1, 2}, {0.6, 0.5}},
		"rewards/accuracies/truthfulness":       {{1}, {0.5}},
		"pairs/helpfulness":                     {{1, 2}, {6, 8}},
		"eval_rewards/margins/truthfulness":     {{2}, {0.05}},
		"eval_rewards/accuracies/nobody":        {nil, nil},
		"eval_rewards/chosen/helpfulness":       {nil, nil},
		"rewards/accuracies/":                   {nil, nil},
		"eval_eval_rewards/margins/helpfulness": {nil, nil},
	} {
		steps, values, ok := h.Series(name)
		if !slices.Equal(steps, want[0]) || !slices.Equal(values, want[1]) || ok != (want[0] != nil) {
			t.Errorf("%s: %v %v %v, want %v", name, steps, values, ok, want)
		}
	}
}

// Resuming a log leaves the bytes of the remaining lines unchanged.
func TestObjectivesSurviveResume(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, StepsFile)
	log, err := OpenLog(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range mixed().Steps {
		if err := log.Step(e); err != nil {
			t.Fatal(err)
		}
	}
	log.Close()
	before, _ := os.ReadFile(path)
	log, err = OpenLog(dir, 2)
	if err != nil {
		t.Fatal(err)
	}
	log.Close()
	if after, _ := os.ReadFile(path); string(after) != string(before) || len(after) == 0 {
		t.Errorf("the log was\n%snow it is\n%s", before, after)
	}
}

func TestTrainerStateHasObjectives(t *testing.T) {
	_, rows := readState(t, mixed(), Summary{})
	if len(rows) != 3 || rows[1]["rewards/margins/helpfulness"] != 0.4 || rows[2]["eval_rewards/accuracies/truthfulness"] != 0.6 {
		t.Errorf("log_history is %v", rows)
	}
	if _, exists := rows[1]["loss/truthfulness"]; exists {
		t.Error("a step without a truthfulness pair has its loss")
	}
}
