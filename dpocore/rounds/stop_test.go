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
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// Rounds that are stopped at any stage and resumed end with the same bytes.
func TestStoppedRoundsResume(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data, prompts := shortRounds(t, rounds.ReferencePrevious)
	calls := 0
	whole := filepath.Join(t.TempDir(), "whole")
	if _, err := rounds.Run(t.Context(), model, whole, c, data, prompts, vowels(&calls), &roundsListener{}); err != nil {
		t.Fatal(err)
	}
	want := outcome(t, whole)
	dir := filepath.Join(t.TempDir(), "parts")
	for _, stage := range []string{"round 1", "merging round 1 into the model", "answering the prompts of round 2", "judging answers", "round 2", "answering the check prompts"} {
		ctx, cancel := context.WithCancel(t.Context())
		l := &roundsListener{
			onProgress: func(what string, done int) {
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
		if stage == "answering the check prompts" { // the ones after round 2
			l.onProgress = func(what string, done int) {
				if _, err := os.Stat(filepath.Join(dir, "check-answers-2.jsonl")); err == nil && what == stage {
					cancel()
				}
			}
		}
		_, err := rounds.Run(ctx, model, dir, c, data, prompts, vowels(&calls), l)
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped at %s: %v", stage, err)
		}
		cancel()
	}
	if _, err := rounds.Run(t.Context(), model, dir, c, data, prompts, vowels(&calls), &roundsListener{}); err != nil {
		t.Fatal(err)
	}
	got := outcome(t, dir)
	for name := range want { // files that contain their folder's name have different hashes
		got[name], want[name] = withoutFileHashes(got[name]), withoutFileHashes(want[name])
	}
	runtest.EqualOutcome(t, "stopped at each stage", got, want)
}

var fileHash = regexp.MustCompile(`"sha256": "[0-9a-f]{64}"`)

func withoutFileHashes(text string) string { return fileHash.ReplaceAllString(text, "") }

// A person judges between calls; until then the rounds return what they wait for.
func TestRoundsWaitForAPerson(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data, prompts := shortRounds(t, rounds.ReferenceBase)
	prompts.Check = nil
	dir := filepath.Join(t.TempDir(), "rounds")
	person := judge.Rankings{By: "me"}
	_, err := rounds.Run(t.Context(), model, dir, c, data, prompts, person, &roundsListener{})
	var waiting *rounds.Waiting
	if !errors.As(err, &waiting) || waiting.Prompts != 3 || waiting.Judge != "me" || !errors.Is(err, judge.ErrWaiting) {
		t.Fatalf("got %v", err)
	}
	for i, line := range strings.Split(strings.TrimSpace(runtest.Read(t, waiting.File)), "\n") {
		var answered struct {
			Prompt  string
			Answers []struct{ Text string }
		}
		if err := json.Unmarshal([]byte(line), &answered); err != nil {
			t.Fatal(err)
		}
		var answers []string
		for _, answer := range answered.Answers {
			answers = append(answers, strings.TrimSpace(answer.Text))
		}
		ranking := judge.Ranking{Prompt: answered.Prompt, Answers: answers, Ranks: []int{2, 1, 3}}
		if i == 1 {
			ranking.Ranks = nil // no answer is good
		}
		person.List = append(person.List, ranking)
		_, err := rounds.Run(t.Context(), model, dir, c, data, prompts, person, &roundsListener{})
		if left := 2 - i; left > 0 && (!errors.As(err, &waiting) || waiting.Prompts != left) || left == 0 && err != nil {
			t.Fatalf("after %d rankings: %v", i+1, err)
		}
	}
	if pairs := strings.Count(runtest.Read(t, filepath.Join(dir, "pairs-2.jsonl")), "\n"); pairs != 6 {
		t.Errorf("two rankings of three answers make %d pairs", pairs)
	}
}
