package rounds_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/rounds"
	"example.com/gonb-dpo/internal/runtest"
)

// Rounds stopped in any of their stages go on to the same bytes.
func TestStoppedRoundsGoOn(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a minute")
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	model := runtest.Model(t)
	c, data, prompts := shortRounds(t, rounds.ReferencePrevious)
	calls := 0
	whole := filepath.Join(t.TempDir(), "whole")
	if _, err := rounds.Run(t.Context(), model, whole, c, data, prompts, vowels(&calls), &roundsListener{}); err != nil {
		t.Fatal(err)
	}
	want := left(t, whole)
	dir := filepath.Join(t.TempDir(), "parts")
	for _, stage := range []string{"round 1", "merging round 1 into the model", "answering the prompts of round 2", "judging answers", "round 2", "answering the check prompts"} {
		ctx, cancel := context.WithCancel(t.Context())
		l := &roundsListener{
			onDoing: func(what string, done int) {
				if what == stage && (done > 0 || strings.HasPrefix(what, "merging")) {
					cancel()
				}
			},
			OnStep: func(round int, e metrics.Event) {
				if stage == fmt.Sprintf("round %d", round) && e.Step == 1 {
					cancel()
				}
			},
		}
		if stage == "answering the check prompts" { // those after round 2
			l.onDoing = func(what string, done int) {
				if _, err := os.Stat(filepath.Join(dir, "check-answers-2.jsonl")); err == nil && what == stage {
					cancel()
				}
			}
		}
		_, err := rounds.Run(ctx, model, dir, c, data, prompts, vowels(&calls), l)
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped in %s: %v", stage, err)
		}
		cancel()
	}
	if _, err := rounds.Run(t.Context(), model, dir, c, data, prompts, vowels(&calls), &roundsListener{}); err != nil {
		t.Fatal(err)
	}
	got := left(t, dir)
	for name := range want { // hashes of files that name their folder differ
		got[name], want[name] = withoutFileHashes(got[name]), withoutFileHashes(want[name])
	}
	runtest.EqualOutcome(t, "stopped in each stage", got, want)
}

var fileHash = regexp.MustCompile(`"sha256": "[0-9a-f]{64}"`)

func withoutFileHashes(text string) string { return fileHash.ReplaceAllString(text, "") }

// A person judges between two calls; until then the rounds wait, and say for what.
func TestRoundsWaitForAPerson(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	model := runtest.Model(t)
	c, data, prompts := shortRounds(t, rounds.ReferenceBase)
	prompts.Check = nil
	dir := filepath.Join(t.TempDir(), "rounds")
	person := judge.Rankings{By: "me"}
	_, err := rounds.Run(t.Context(), model, dir, c, data, prompts, person, &roundsListener{})
	var waits *rounds.Waiting
	if !errors.As(err, &waits) || waits.Prompts != 3 || waits.Judge != "me" || !errors.Is(err, judge.ErrWaiting) {
		t.Fatalf("got %v", err)
	}
	for i, line := range strings.Split(strings.TrimSpace(runtest.Read(t, waits.File)), "\n") {
		var asked struct {
			Prompt  string
			Answers []struct{ Text string }
		}
		if err := json.Unmarshal([]byte(line), &asked); err != nil {
			t.Fatal(err)
		}
		var answers []string
		for _, answer := range asked.Answers {
			answers = append(answers, strings.TrimSpace(answer.Text))
		}
		ranking := judge.Ranking{Prompt: asked.Prompt, Answers: answers, Ranks: []int{2, 1, 3}}
		if i == 1 {
			ranking.Ranks = nil // none is good
		}
		person.List = append(person.List, ranking)
		_, err := rounds.Run(t.Context(), model, dir, c, data, prompts, person, &roundsListener{})
		if left := 2 - i; left > 0 && (!errors.As(err, &waits) || waits.Prompts != left) || left == 0 && err != nil {
			t.Fatalf("after %d rankings: %v", i+1, err)
		}
	}
	if pairs := strings.Count(runtest.Read(t, filepath.Join(dir, "pairs-2.jsonl")), "\n"); pairs != 6 {
		t.Errorf("two rankings of three answers make %d pairs", pairs)
	}
}
