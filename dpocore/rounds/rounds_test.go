package rounds_test

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore"
	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/internal/runtest"
	"example.com/gonb-dpo/internal/sums"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/rounds"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train"
)

// roundsListener keeps what it is told, and can stop the rounds at anything that they do.
type roundsListener struct {
	Notes, said []string
	checks      []rounds.Check
	rounds      []*runtest.Recorder
	onDoing     func(what string, done int)
	OnStep      func(round int, e metrics.Event)
}

func (l *roundsListener) Note(text string) { l.Notes = append(l.Notes, text) }
func (l *roundsListener) Doing(what string, done, _ int) {
	if l.onDoing != nil {
		l.onDoing(what, done)
	}
}
func (l *roundsListener) Training(round int, says string) train.Listener {
	l.said = append(l.said, says)
	r := &runtest.Recorder{}
	if l.OnStep != nil {
		r.OnStep = func(e metrics.Event) { l.OnStep(round, e) }
	}
	l.rounds = append(l.rounds, r)
	return r
}
func (l *roundsListener) Checked(c rounds.Check) { l.checks = append(l.checks, c) }

// vowels judges by the share of vowels, so that random text has scores that differ. calls counts the answers.
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

// shortRounds are two rounds of two steps on a tiny model.
func shortRounds(t testing.TB, reference string) (rounds.Config, dataset.Data, rounds.Prompts) {
	t.Helper()
	train, data := runtest.Short(t)
	train.MaxSteps, train.EvalSteps, train.SaveSteps = 2, 0, 1
	data.Train.Pairs, data.HeldOut.Pairs = data.Train.Pairs[:6], data.HeldOut.Pairs[:2]
	c := rounds.Default()
	c.Reference, c.Train, c.Prompts, c.Answers, c.MaxTokens, c.Choice = reference, train, 3, 3, 6, "all"
	return c, data, rounds.Prompts{New: []string{"One?", "Two?", "Three?", "Four?", "Five?"}, Check: []string{"Check?"}}
}

// left is what rounds leave that must not depend on interruptions.
func left(t *testing.T, dir string) map[string]string {
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
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	for reference, says := range map[string]string{
		rounds.ReferencePrevious: "It trains a new adapter on that model, merged into DIR/merged-1, which is its reference too: rewards say what this round alone changes.",
		rounds.ReferenceBase:     "It goes on with round 1's adapter; its reference stays the first model, MODEL, so that rewards say what all rounds together have changed.",
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
			if len(l.said) != 2 || plain.Replace(l.said[0]) != "Round 1 learns from builtin. It starts from the first model, MODEL, which is its reference." || !strings.HasSuffix(plain.Replace(l.said[1]), says) {
				t.Errorf("the rounds say %q", l.said)
			}
			checkLineage(t, dir, record, reference)
			if reference == rounds.ReferencePrevious { // policy and reference are the same model at first
				if first := l.rounds[1].Steps[0]; math.Abs(first.RewardsMargins) > 1e-5 {
					t.Errorf("round 2 begins with a margin of %g", first.RewardsMargins)
				}
			} else if first := l.rounds[1].Steps[0]; math.Abs(first.RewardsMargins) < 1e-4 {
				t.Error("round 2 begins as if round 1 had changed nothing")
			}
			if len(l.checks) != 3 || l.checks[0].Round != 0 || l.checks[2].Answers != 3 {
				t.Errorf("checks %+v", l.checks)
			}
			before := left(t, dir)
			again, asked := &roundsListener{}, calls
			if _, err := rounds.Run(t.Context(), model, dir, c, data, prompts, vowels(&calls), again); err != nil {
				t.Fatal(err)
			}
			if calls != asked || len(again.said) > 0 || len(again.checks) > 0 {
				t.Errorf("finished rounds were repeated: %d answers judged again, %q", calls-asked, again.said)
			}
			runtest.EqualOutcome(t, "called again", left(t, dir), before)
		})
	}
}

// checkLineage follows round 2's record back to round 1 and to the files.
func checkLineage(t *testing.T, dir string, record rounds.Record, reference string) {
	t.Helper()
	run, ok, err := run.ReadRecord(filepath.Join(dir, "round-2"))
	if err != nil || !ok || run.Lineage == nil {
		t.Fatalf("round 2 has no lineage: %v", err)
	}
	l := run.Lineage
	first, err := adapter.Hash(filepath.Join(dir, "round-1"))
	if err != nil || l.PreviousAdapter != first || record.Done[0].Adapter != first || l.Previous != filepath.Join(dir, "round-1") {
		t.Errorf("round 2 comes from %s %s, round 1 left %s", l.Previous, l.PreviousAdapter, first)
	}
	if l.Round != 2 || l.Reference != reference || l.Judge != "vowels" || l.Sampling.Answers != 3 || len(l.Made) != 3 {
		t.Errorf("the lineage is %+v", l)
	}
	for _, made := range l.Made {
		if got := sum(t, made.File); got != made.SHA256 {
			t.Errorf("%s has the hash %s, the lineage says %s", made.File, got, made.SHA256)
		}
	}
	if (run.Model.Adapter == first) != (reference == rounds.ReferenceBase) {
		t.Errorf("by the reference %s the first adapter is %q", reference, run.Model.Adapter)
	}
	one, _, err := run.ReadRecord(filepath.Join(dir, "round-1"))
	if err != nil || (run.Model.Weights == one.Model.Weights) != (reference == rounds.ReferenceBase) {
		t.Errorf("by the reference %s the rounds' weights are %s and %s", reference, one.Model.Weights, run.Model.Weights)
	}
}

func sum(t *testing.T, path string) string {
	t.Helper()
	made, err := dataset.MadeOfFiles(path)
	if err != nil {
		t.Fatal(err)
	}
	return made[0].SHA256
}

// More rounds can be added; what is finished stays as it is.
func TestAnotherRound(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	model := runtest.Model(t)
	c, data, prompts := shortRounds(t, rounds.ReferencePrevious)
	dir, calls := filepath.Join(t.TempDir(), "rounds"), 0
	c.Rounds = 1
	if _, err := rounds.Run(t.Context(), model, dir, c, data, prompts, vowels(&calls), &roundsListener{}); err != nil {
		t.Fatal(err)
	}
	first := runtest.Outcome(t, filepath.Join(dir, "round-1"))
	c.Rounds = 3 // the third has two prompts left
	l := &roundsListener{}
	record, err := rounds.Run(t.Context(), model, dir, c, data, prompts, vowels(&calls), l)
	if err != nil || len(record.Done) != 3 || len(l.said) != 2 || len(l.checks) != 2 {
		t.Fatalf("%d rounds done, %d trained, %v", len(record.Done), len(l.said), err)
	}
	runtest.EqualOutcome(t, "round 1", runtest.Outcome(t, filepath.Join(dir, "round-1")), first)

	for name, change := range map[string]func(c *rounds.Config, p *rounds.Prompts){
		"their temperature is 1, these have 0.5":       func(c *rounds.Config, _ *rounds.Prompts) { c.Temperature = 0.5 },
		"their reference is previous, these have base": func(c *rounds.Config, _ *rounds.Prompts) { c.Reference = "base" },
		"the prompts of their round 2 are others": func(_ *rounds.Config, p *rounds.Prompts) {
			p.New = slices.Concat([]string{"Zero?"}, p.New)
		},
		"round 4 begins with prompt 7; give more, or take fewer a round (now 3)": func(c *rounds.Config, _ *rounds.Prompts) { c.Rounds = 4 },
	} {
		other, others := c, prompts
		change(&other, &others)
		if _, err := rounds.Run(t.Context(), model, dir, other, data, others, vowels(&calls), &roundsListener{}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %q", err, name)
		}
	}
	if err := os.Remove(filepath.Join(dir, "round-1", sums.Name)); err != nil { // as the one who changes the adapter does
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "round-1", "adapter_model.safetensors"), []byte(runtest.Read(t, filepath.Join(dir, "round-2", "adapter_model.safetensors"))), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := rounds.Run(t.Context(), model, dir, c, data, prompts, vowels(&calls), &roundsListener{}); err == nil || !strings.Contains(err.Error(), "is not the one that the round left") {
		t.Errorf("another adapter in round 1: %v", err)
	}
}

func TestRoundsMistakes(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	model := runtest.Model(t)
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "thesis.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	same := judge.Func{Label: "same", Score: func(string, string) float64 { return 1 }}
	for says, change := range map[string]func(c *rounds.Config, p *rounds.Prompts, dir *string){
		"there are 0 rounds": func(c *rounds.Config, _ *rounds.Prompts, _ *string) { c.Rounds = 0 },
		`the reference is "first"; it may be previous (the model of the round before) or base (the first model)`: func(c *rounds.Config, _ *rounds.Prompts, _ *string) { c.Reference = "first" },
		"a prompt gets 1 answers":                 func(c *rounds.Config, _ *rounds.Prompts, _ *string) { c.Answers = 1 },
		"the temperature is 0":                    func(c *rounds.Config, _ *rounds.Prompts, _ *string) { c.Temperature = 0 },
		`the choice of pairs is "some"`:           func(c *rounds.Config, _ *rounds.Prompts, _ *string) { c.Choice = "some" },
		"beta is 0":                               func(c *rounds.Config, _ *rounds.Prompts, _ *string) { c.Train.Beta = 0 },
		"a prompt is empty":                       func(_ *rounds.Config, p *rounds.Prompts, _ *string) { p.New = []string{"One?", " "} },
		"there are 0 prompts, and round 2 begins": func(_ *rounds.Config, p *rounds.Prompts, _ *string) { p.New = nil },
		"holds thesis.txt) and holds no rounds":   func(_ *rounds.Config, _ *rounds.Prompts, dir *string) { *dir = full },
		"no pair follows from the answers of round 2: same found none better than another": func(c *rounds.Config, _ *rounds.Prompts, _ *string) { c.Train.MaxSteps = 1 },
	} {
		c, data, prompts := shortRounds(t, rounds.ReferenceBase)
		prompts.Check = nil
		dir := filepath.Join(t.TempDir(), "rounds")
		change(&c, &prompts, &dir)
		if _, err := rounds.Run(t.Context(), model, dir, c, data, prompts, same, &roundsListener{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}
