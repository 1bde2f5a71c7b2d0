package gonbext

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/gonbext/internal/open"
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

// Files of a class, by a pattern: each two raters are in the square of kappas, once for each order.
func TestRankingsOfAClass(t *testing.T) {
	out := printing(t)
	dir := t.TempDir()
	first, err := os.ReadFile(rankingtest.File(t, "Why?"))
	if err != nil {
		t.Fatal(err)
	}
	for rater, order := range map[string]string{"ada": "1 > 2 > 3 > 4", "ben": "1 > 2 > 3 > 4", "cleo": "2 > 1 > 3 = 4"} {
		path := filepath.Join(dir, rater+".jsonl")
		if err := os.WriteFile(path, first, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Rater(rater).ranked(path, order); err != nil {
			t.Fatal(err)
		}
	}
	Rankings(filepath.Join(dir, "*.jsonl"))
	// Of 6 pairs cleo says the same as the others of 4. In order 1-2, 1-3, 2-3, 1-4, 2-4, 3-4 the others say "first better" always, so
	// chance agreement is 4/6 too, and kappa 0.
	for _, want := range []string{"cleo.jsonl: answers to 1 prompt", "ada and ben agree on 100 %", "ada and cleo agree on 67 %", "1 is full agreement", "cleo  0.00  0.00  –",
		"No kappa (–) for ada and ben: both always say the same, such as that the answer listed first is better, so agreement by chance is 100 % too and kappa is not defined."} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in %s", want, out)
		}
	}
	log, err := open.Rankings(filepath.Join(dir, "ada.jsonl"), filepath.Join(dir, "[bc]*.jsonl"))
	if html := string(views.Rankings(log).HTML()); err != nil || strings.Count(html, "background:rgb(255,255,255)") != 9 || strings.Count(html, ">0.00<") != 4 {
		t.Errorf("%v: %s", err, html)
	}
	var classOf []string
	for _, rater := range []string{"dora", "eva", "finn", "gus", "hal"} {
		path := filepath.Join(dir, rater+".jsonl")
		if err := os.WriteFile(path, first, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Rater(rater).ranked(path, "2 > 1 > 3 > 4"); err != nil {
			t.Fatal(err)
		}
		classOf = append(classOf, path)
	}
	log, err = open.Rankings(classOf...)
	text := views.Rankings(log).Text()
	if err != nil || !strings.Contains(text, "dora.jsonl and 4 other files: answers to 1 prompt") || strings.Contains(text, "agree on") || !strings.Contains(text, "dora  –     1.00") {
		t.Errorf("of five raters there is only the square: %v: %s", err, text)
	}
	other := rankingtest.File(t, "How?")
	if _, err := Rater("ida").ranked(other, "1 > 2 > 3 > 4"); err != nil {
		t.Fatal(err)
	}
	log, err = open.Rankings(filepath.Join(dir, "[ab]*.jsonl"), other)
	if text := views.Rankings(log).Text(); err != nil || !strings.Contains(text, "No kappa (–) for ada and ida, ben and ida: they have ranked no prompt in common.") {
		t.Errorf("%v: %s", err, text)
	}
	for _, wrong := range [][]string{nil, {filepath.Join(dir, "*.csv")}, {"["}} {
		if _, err := open.Rankings(wrong...); err == nil {
			t.Errorf("%q is read", wrong)
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
