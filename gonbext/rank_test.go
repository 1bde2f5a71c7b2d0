package gonbext

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/gonbext/internal/views"
	"example.com/gonb-dpo/internal/rankingtest"
)

// A second ranking, third answer best, replaces the first.
func TestRanked(t *testing.T) {
	path := rankingtest.File(t, "Old?", "Why?")
	said, err := Rater("anna").ranked(path, "1 > 2 = 3 > 4")
	if err != nil || said.Text() != `Saved anna's ranking of the answers to "Why?": 1 > 2 = 3 > 4. It makes 5 pairs. The answers to 1 prompt in `+path+` are not ranked yet: gonbext.Rank("`+path+`") shows them.` {
		t.Fatalf("%v: %s", err, said.Text())
	}
	if _, err := Rater("anna").ranked(path, "3, 2, 4, 1"); err != nil {
		t.Fatal(err)
	}
	p, err := load(t.Context(), path)
	if err != nil || p.Len() != 6 {
		t.Fatalf("%v, %v", p, err)
	}
	var pairs []string
	for i := range 6 {
		pair, _ := p.set.At(i)
		pairs = append(pairs, pair.PromptText()+pair.Chosen[:1]+pair.Rejected[:1])
	}
	if got := strings.Join(pairs, " "); got != "Why?cb Why?cd Why?ca Why?bd Why?ba Why?da" {
		t.Error(got)
	}
	if said, err := Rater("ben").ranked(path, "all bad"); err != nil || !strings.Contains(said.Text(), "It makes 0 pairs") {
		t.Errorf("%v, %v", said, err)
	}
	log, err := ranking.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	text := views.Rankings(log).Text()
	for _, want := range []string{"answers to 2 prompts", "anna", "ben", "anna and ben agree on 0 % of 6 pairs of answers (1 prompt", "kappa is 0.00"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %s", want, text)
		}
	}
}

func TestRankedMistakes(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing.jsonl")
	if _, err := Rater("r").ranked(missing, "1 > 2"); err == nil || !strings.Contains(err.Error(), "run gonbext.Rank first") {
		t.Errorf("without answers: %v", err)
	}
	if _, err := os.Stat(missing); err == nil {
		t.Error("the file was created")
	}
	path := rankingtest.File(t, "Why?")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, order := range []string{"", "1 > 2", "1 2 2 3", "0 1 2 3", "1 2 3 4 5"} {
		if _, err := Rater("r").ranked(path, order); err == nil || !strings.Contains(err.Error(), `as in "1 > 2 > 3 > 4"`) {
			t.Errorf("%v: %v", order, err)
		}
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("an invalid ranking changed the file: %v", err)
	}
}
