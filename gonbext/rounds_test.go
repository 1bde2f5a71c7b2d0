package gonbext

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/rounds"
	"example.com/gonb-dpo/gonbext/internal/cell"
)

func TestRoundsOutsideANotebook(t *testing.T) {
	useTinyModel(t)
	t.Setenv(cell.MaxSteps, "1")
	t.Setenv(cell.MaxTokens, "4")
	out := printing(t)
	p, err := load(t.Context(), pairFile(t, numbered(6)...))
	if err != nil {
		t.Fatal(err)
	}
	c := rounds.Default()
	c.Train, c.Prompts, c.Answers = shortConfig(), 2, 3
	c.Train.SampleSteps = 0
	prompts := rounds.Prompts{New: []string{"One?", "Two?"}, Check: []string{"Three?"}}
	short := By("short", func(_, answer string) float64 { return -float64(len(answer)) })
	dir := filepath.Join(t.TempDir(), "rounds")
	if err := trainRounds(t.Context(), dir, c, p, prompts, short); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Only 1 steps per round and answers of 4 tokens", "Round 1 trains on", "which is also its reference.",
		"Round 2 trains on data from round 1's model: ", "which is also its reference", "overview.png", "The rounds in " + dir, "before round 1", "after round 2", "scores.png",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("lacks %q in\n%s", want, out)
		}
	}
	for _, file := range []string{"round-1/plots/overview.png", "round-2/adapter_model.safetensors", "plots/scores.png", "rounds.json"} {
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			t.Error(err)
		}
	}
	file := filepath.Join(t.TempDir(), "ranked.jsonl")
	c.Reference, c.Rounds = rounds.ReferenceBase, 2
	out.Reset()
	if err := trainRounds(t.Context(), filepath.Join(t.TempDir(), "ranked"), c, p, rounds.Prompts{New: prompts.New}, ByReader(file)); err != nil {
		t.Fatal(err)
	}
	if want := `with gonbext.Rank("` + file + `"), then run this cell again.`; !strings.Contains(out.String(), want) {
		t.Errorf("lacks %q in\n%s", want, out)
	}
}

func TestRoundsMistakes(t *testing.T) {
	c := rounds.Default()
	one := By("one", func(string, string) float64 { return 1 })
	if err := trainRounds(t.Context(), t.TempDir(), c, Pairs{}, rounds.Prompts{}, one); err == nil || !strings.Contains(err.Error(), "no pairs for round 1") {
		t.Errorf("got %v", err)
	}
	p, err := load(t.Context(), pairFile(t, numbered(2)...))
	if err != nil {
		t.Fatal(err)
	}
	if err := trainRounds(t.Context(), t.TempDir(), c, p, rounds.Prompts{}, nil); err == nil || !strings.Contains(err.Error(), "the judge is nil") {
		t.Errorf("got %v", err)
	}
	prompts := rounds.Prompts{New: []string{"One?", "Two?"}, Check: []string{"Three?"}}
	// 2 prompts and, for three models, 1 check prompt each
	if err := trainRounds(t.Context(), t.TempDir(), c, p, prompts, ByEndpoint("http://localhost:1/v1", "m", 0)); err == nil || !strings.Contains(err.Error(), "takes at most 5 calls, ") || !strings.Contains(err.Error(), "setting the number of calls to 5") {
		t.Errorf("got %v", err)
	}
}
