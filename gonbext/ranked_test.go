package gonbext

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/gonb-dpo/dpocore/judgement"
)

// rankingsFile is a file with the answers a, b, c and d to each prompt.
func rankingsFile(t *testing.T, prompts ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mine.jsonl")
	file, err := judgement.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, prompt := range prompts {
		d := judgement.Drawing{Prompt: prompt, Model: "tiny"}
		for _, text := range []string{"a", "b <&>", "c", "d"} {
			d.Answers = append(d.Answers, judgement.Answer{Text: text})
		}
		if err := file.Draw(&d); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// The third answer is best, then the second, the fourth and the first; another order takes its place.
func TestRanked(t *testing.T) {
	path := rankingsFile(t, "Old?", "Why?")
	said, err := Rater("anna").ranked(path, "1 > 2 = 3 > 4")
	if err != nil || said.Text() != `Kept: 1 > 2 = 3 > 4 for the answers to "Why?", by anna. It makes 5 pairs. The answers to 1 prompt wait in `+path+`: gonbext.Rank("`+path+`") shows them.` {
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
		pair, _ := p.at(i)
		pairs = append(pairs, pair.PromptText()+pair.Chosen[:1]+pair.Rejected[:1])
	}
	if got := strings.Join(pairs, " "); got != "Why?cb Why?cd Why?ca Why?bd Why?ba Why?da" {
		t.Error(got)
	}
	if said, err := Rater("ben").ranked(path, "all bad"); err != nil || !strings.Contains(said.Text(), "It makes 0 pairs") {
		t.Errorf("%v, %v", said, err)
	}
	log, err := judgement.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	text := rankings(log).Text()
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
		t.Error("the file was made")
	}
	path := rankingsFile(t, "Why?")
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
		t.Errorf("a wrong ranking has changed the file: %v", err)
	}
}

// answering is a session whose page says these words, and then nothing any more.
func answering(t *testing.T, rater Rater, path string, words ...string) (*session, *[]ranking) {
	t.Helper()
	s, err := rater.session(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.file.Close() })
	said := make(chan string, len(words))
	for _, word := range words {
		said <- word
	}
	var shown []ranking
	s.ask = func(ctx context.Context, r ranking) (string, bool) {
		shown = append(shown, r)
		return listen(ctx, said, time.Millisecond, time.Millisecond)
	}
	return s, &shown
}

// A session that is left after one of three prompts is taken up at the second.
func TestSessionIsTakenUp(t *testing.T) {
	prompts := []string{"One?", "Two?", "Three?"}
	path := rankingsFile(t, prompts...)
	say := func(string, ...any) {}
	s, shown := answering(t, "anna", path, "here", "press", "order 2 > 1 = 3 > 4")
	left, err := s.rank(context.Background(), prompts, say)
	if err != nil || len(*shown) != 2 || !strings.Contains(left.Text(), `gonbext.Rater("anna").Ranked(`) {
		t.Fatalf("%d shown, %v, %v", len(*shown), left, err)
	}
	s, shown = answering(t, "anna", path, "order 1 > 2 > 3 > 4", "here", "order all bad")
	done, err := s.rank(context.Background(), prompts, say)
	if err != nil || len(*shown) != 2 || (*shown)[0].Prompt != "Two?" || !strings.Contains(done.Text(), "The answers to 3 prompts are ranked, by anna") {
		t.Fatalf("%v shown, %v, %v", *shown, done, err)
	}
	s, _ = answering(t, "anna", path)
	again, err := s.rank(context.Background(), []string{"One?"}, say)
	if err != nil || !strings.Contains(again.Text(), "You have ranked them: 2 > 1 = 3 > 4") {
		t.Fatalf("%v, %v", again, err)
	}
	s, shown = answering(t, "ben", path)
	if _, err := s.rank(context.Background(), nil, say); err != nil || (*shown)[0].Left != "prompt 1 of 3" || (*shown)[0].Before != "" {
		t.Errorf("a second rater sees %+v, %v", *shown, err)
	}
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.rank(stopped, nil, say); err != context.Canceled {
		t.Errorf("stopped: %v", err)
	}
}

func TestRankingEscapes(t *testing.T) {
	d := judgement.Drawing{Prompt: "</script><b>", Answers: []judgement.Answer{{Text: "<i>"}, {Text: "$1"}}}
	html := string(newRanking(d, "", `odd "name".jsonl`).HTML())
	if strings.Contains(html, "<i>") || strings.Count(html, "</script>") != 1 || strings.Contains(html, "<b></b>") {
		t.Errorf("markup got through: %s", html)
	}
	if !strings.Contains(html, `gonbext.Ranked(&#34;odd \&#34;name\&#34;.jsonl&#34;, &#34;1 &gt; 2&#34;)`) {
		t.Errorf("the line to run is not there: %s", html)
	}
}
