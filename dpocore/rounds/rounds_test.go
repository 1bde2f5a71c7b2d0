package rounds_test

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/rounds"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
	"example.com/gonb-dpo/internal/sums"
)

// roundsListener records the events, and can stop the rounds at any point.
type roundsListener struct {
	Notes, summaries []string
	checks           []rounds.Check
	rounds           []*runtest.Recorder
	onProgress       func(what string, done int)
	OnStep           func(round int, e metrics.Event)
}

func (l *roundsListener) Note(text string) { l.Notes = append(l.Notes, text) }
func (l *roundsListener) Progress(what string, done, _ int) {
	if l.onProgress != nil {
		l.onProgress(what, done)
	}
}
func (l *roundsListener) Training(round int, summary string) train.Listener {
	l.summaries = append(l.summaries, summary)
	r := &runtest.Recorder{}
	if l.OnStep != nil {
		r.OnStep = func(e metrics.Event) { l.OnStep(round, e) }
	}
	l.rounds = append(l.rounds, r)
	return r
}
func (l *roundsListener) Checked(c rounds.Check) { l.checks = append(l.checks, c) }

// vowels scores an answer by its share of vowels, so that random texts have different scores. calls counts the answers.
func vowels(calls *int) judge.Judge {
	return judge.Func{Label: "vowels", Score: func(_, answer string) float64 {
		*calls++
		count := 0
		for _, r := range answer {
			if strings.ContainsRune("aeiou", r) {
				count++
			}
		}
		return float64(count) / float64(len(answer))
	}}
}

// shortRounds returns two rounds of two steps.
func shortRounds(t testing.TB, reference string) (rounds.Config, dataset.Data, rounds.Prompts) {
	t.Helper()
	train, data := runtest.Short(t)
	train.MaxSteps, train.EvalSteps, train.SaveSteps = 2, 0, 1
	data.Train.Pairs, data.HeldOut.Pairs = data.Train.Pairs[:6], data.HeldOut.Pairs[:2]
	c := rounds.Default()
	c.Reference, c.Train, c.Prompts, c.Answers, c.MaxTokens, c.Choice = reference, train, 3, 3, 6, "all"
	return c, data, rounds.Prompts{New: []string{"One?", "Two?", "Three?", "Four?", "Five?"}, Check: []string{"Check?"}}
}

// outcome returns the files that must not depend on interruptions, with dir replaced by DIR.
func outcome(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, name := range []string{"answers-2.jsonl", "scores-2.jsonl", "pairs-2.jsonl", "check-scores-2.jsonl", "rounds.json"} {
		files[name] = strings.ReplaceAll(runtest.Read(t, filepath.Join(dir, name)), dir, "DIR")
	}
	for _, round := range []string{"round-1", "round-2"} {
		for name, content := range runtest.Outcome(t, filepath.Join(dir, round)) {
			files[round+"/"+name] = strings.ReplaceAll(content, dir, "DIR")
		}
	}
	return files
}

func TestRounds(t *testing.T) {
	cachetest.Own(t)
	for reference, want := range map[string]string{
		rounds.ReferencePrevious: "It trains a new adapter on that model, merged into DIR/merged-1, which is also its reference, so rewards measure what this round alone changes.",
		rounds.ReferenceBase:     "It continues with round 1's adapter; its reference is still the first model, MODEL, so rewards measure what all rounds together have changed.",
	} {
		t.Run(reference, func(t *testing.T) {
			model := runtest.Model(t)
			c, data, prompts := shortRounds(t, reference)
			dir, calls := filepath.Join(t.TempDir(), "rounds"), 0
			l := &roundsListener{}
			record, err := rounds.Run(t.Context(), model, dir, c, data, prompts, vowels(&calls), l)
			if err != nil {
				t.Fatal(err)
			}
			plain := strings.NewReplacer(dir, "DIR", model.Path, "MODEL")
			if len(l.summaries) != 2 || plain.Replace(l.summaries[0]) != "Round 1 trains on builtin. It starts from the first model, MODEL, which is also its reference." || !strings.HasSuffix(plain.Replace(l.summaries[1]), want) {
				t.Errorf("summaries %q", l.summaries)
			}
			checkLineage(t, dir, record, reference)
			if reference == rounds.ReferencePrevious { // at the first step, policy and reference are the same model
				if first := l.rounds[1].Steps[0]; math.Abs(first.RewardsMargins) > 1e-5 {
					t.Errorf("round 2 starts with a margin of %g, want 0", first.RewardsMargins)
				}
			} else if first := l.rounds[1].Steps[0]; math.Abs(first.RewardsMargins) < 1e-4 {
				t.Error("round 2 starts with a margin near 0, without the changes of round 1")
			}
			if len(l.checks) != 3 || l.checks[0].Round != 0 || l.checks[2].Answers != 3 {
				t.Errorf("checks %+v", l.checks)
			}
			before := outcome(t, dir)
			again, callsBefore := &roundsListener{}, calls
			if _, err := rounds.Run(t.Context(), model, dir, c, data, prompts, vowels(&calls), again); err != nil {
				t.Fatal(err)
			}
			if calls != callsBefore || len(again.summaries) > 0 || len(again.checks) > 0 {
				t.Errorf("finished rounds were repeated: %d answers judged again, %q", calls-callsBefore, again.summaries)
			}
			runtest.EqualOutcome(t, "called again", outcome(t, dir), before)
		})
	}
}

// checkLineage checks that the lineage of round 2 names the adapter of round 1 and the files.
func checkLineage(t *testing.T, dir string, record rounds.Record, reference string) {
	t.Helper()
	second, ok, err := run.ReadRecord(filepath.Join(dir, "round-2"))
	if err != nil || !ok || second.Lineage == nil {
		t.Fatalf("round 2 has no lineage: %v", err)
	}
	l := second.Lineage
	first, err := adapter.Hash(filepath.Join(dir, "round-1"))
	if err != nil || l.PreviousAdapter != first || record.Done[0].Adapter != first || l.Previous != filepath.Join(dir, "round-1") {
		t.Errorf("round 2 starts from %s with adapter %s, round 1 ended with %s", l.Previous, l.PreviousAdapter, first)
	}
	if l.Round != 2 || l.Reference != reference || l.Judge != "vowels" || l.Sampling.Answers != 3 || len(l.Files) != 3 {
		t.Errorf("the lineage is %+v", l)
	}
	for _, file := range l.Files {
		if got := sha256Of(t, file.File); got != file.SHA256 {
			t.Errorf("%s has the hash %s, but %s in the lineage", file.File, got, file.SHA256)
		}
	}
	if (second.Model.Adapter == first) != (reference == rounds.ReferenceBase) {
		t.Errorf("reference %s: the initial adapter is %q", reference, second.Model.Adapter)
	}
	one, _, err := run.ReadRecord(filepath.Join(dir, "round-1"))
	if err != nil || (second.Model.Weights == one.Model.Weights) != (reference == rounds.ReferenceBase) {
		t.Errorf("reference %s: the weights of the rounds are %s and %s", reference, one.Model.Weights, second.Model.Weights)
	}
}

func sha256Of(t *testing.T, path string) string {
	t.Helper()
	files, err := dataset.HashFiles(path)
	if err != nil {
		t.Fatal(err)
	}
	return files[0].SHA256
}

// Rounds can be added; finished ones don't change.
func TestAnotherRound(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data, prompts := shortRounds(t, rounds.ReferencePrevious)
	dir, calls := filepath.Join(t.TempDir(), "rounds"), 0
	c.Rounds = 1
	if _, err := rounds.Run(t.Context(), model, dir, c, data, prompts, vowels(&calls), &roundsListener{}); err != nil {
		t.Fatal(err)
	}
	first := runtest.Outcome(t, filepath.Join(dir, "round-1"))
	c.Rounds = 3 // the third has the last two prompts
	l := &roundsListener{}
	record, err := rounds.Run(t.Context(), model, dir, c, data, prompts, vowels(&calls), l)
	if err != nil || len(record.Done) != 3 || len(l.summaries) != 2 || len(l.checks) != 2 {
		t.Fatalf("%d rounds done, %d trained, %v", len(record.Done), len(l.summaries), err)
	}
	runtest.EqualOutcome(t, "round 1", runtest.Outcome(t, filepath.Join(dir, "round-1")), first)

	for want, change := range map[string]func(c *rounds.Config, p *rounds.Prompts){
		"their temperature is 1, not 0.5":       func(c *rounds.Config, _ *rounds.Prompts) { c.Temperature = 0.5 },
		"their reference is previous, not base": func(c *rounds.Config, _ *rounds.Prompts) { c.Reference = "base" },
		"the prompts of their round 2 are different": func(_ *rounds.Config, p *rounds.Prompts) {
			p.New = slices.Concat([]string{"Zero?"}, p.New)
		},
		"round 4 starts at prompt 7; give more prompts, or use fewer per round (now 3)": func(c *rounds.Config, _ *rounds.Prompts) { c.Rounds = 4 },
	} {
		other, others := c, prompts
		change(&other, &others)
		if _, err := rounds.Run(t.Context(), model, dir, other, data, others, vowels(&calls), &roundsListener{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if err := os.Remove(filepath.Join(dir, "round-1", sums.Name)); err != nil { // so that the changed adapter is not found damaged
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "round-1", "adapter_model.safetensors"), []byte(runtest.Read(t, filepath.Join(dir, "round-2", "adapter_model.safetensors"))), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := rounds.Run(t.Context(), model, dir, c, data, prompts, vowels(&calls), &roundsListener{}); err == nil || !strings.Contains(err.Error(), "has changed since the round") {
		t.Errorf("a changed adapter in round 1: %v", err)
	}
}

func TestInvalidRounds(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "thesis.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	same := judge.Func{Label: "same", Score: func(string, string) float64 { return 1 }}
	for want, change := range map[string]func(c *rounds.Config, p *rounds.Prompts, dir *string){
		"the number of rounds is 0": func(c *rounds.Config, _ *rounds.Prompts, _ *string) { c.Rounds = 0 },
		`the reference is "first"; it must be previous (the model of the previous round) or base (the first model)`: func(c *rounds.Config, _ *rounds.Prompts, _ *string) { c.Reference = "first" },
		"the number of answers per prompt is 1":   func(c *rounds.Config, _ *rounds.Prompts, _ *string) { c.Answers = 1 },
		"the temperature is 0":                    func(c *rounds.Config, _ *rounds.Prompts, _ *string) { c.Temperature = 0 },
		`the choice of pairs is "some"`:           func(c *rounds.Config, _ *rounds.Prompts, _ *string) { c.Choice = "some" },
		"beta is 0":                               func(c *rounds.Config, _ *rounds.Prompts, _ *string) { c.Train.Beta = 0 },
		"a prompt is empty":                       func(_ *rounds.Config, p *rounds.Prompts, _ *string) { p.New = []string{"One?", " "} },
		"there are 0 prompts, but round 2 starts": func(_ *rounds.Config, p *rounds.Prompts, _ *string) { p.New = nil },
		"has thesis.txt) and has no rounds":       func(_ *rounds.Config, _ *rounds.Prompts, dir *string) { *dir = full },
		"the answers of round 2 make no pair, because same scored none above another": func(c *rounds.Config, _ *rounds.Prompts, _ *string) { c.Train.MaxSteps = 1 },
	} {
		c, data, prompts := shortRounds(t, rounds.ReferenceBase)
		prompts.Check = nil
		dir := filepath.Join(t.TempDir(), "rounds")
		change(&c, &prompts, &dir)
		if _, err := rounds.Run(t.Context(), model, dir, c, data, prompts, same, &roundsListener{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
