package rater

import (
	"context"
	"strings"
	"testing"
	"time"

	"example.com/gonb-dpo/gonbext/internal/views"
	"example.com/gonb-dpo/internal/rankingtest"
)

// answering is a rater whose page sends these messages, and then no more.
func answering(t *testing.T, name, path string, words ...string) (*Rater, *[]views.Ballot) {
	t.Helper()
	r, err := Open(path, name, name, func(string, ...any) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	said := make(chan string, len(words))
	for _, word := range words {
		said <- word
	}
	var shown []views.Ballot
	r.Ask = func(ctx context.Context, b views.Ballot) (string, bool) {
		shown = append(shown, b)
		return listen(ctx, said, time.Millisecond, time.Millisecond)
	}
	return r, &shown
}

// A session that ends after one of three prompts resumes at the second.
func TestSessionResumes(t *testing.T) {
	prompts := []string{"One?", "Two?", "Three?"}
	path := rankingtest.File(t, prompts...)
	r, shown := answering(t, "anna", path, "here", "press", "order 2 > 1 = 3 > 4")
	left, err := r.Rank(context.Background(), prompts)
	if err != nil || len(*shown) != 2 || !strings.Contains(left.Text(), `gonbext.Rater("anna").Ranked(`) {
		t.Fatalf("%d shown, %v, %v", len(*shown), left, err)
	}
	r, shown = answering(t, "anna", path, "order 1 > 2 > 3 > 4", "here", "order all bad")
	done, err := r.Rank(context.Background(), prompts)
	if err != nil || len(*shown) != 2 || (*shown)[0].Prompt != "Two?" || !strings.Contains(done.Text(), "anna has ranked the answers to 3 prompts") {
		t.Fatalf("%v shown, %v, %v", *shown, done, err)
	}
	r, _ = answering(t, "anna", path)
	again, err := r.Rank(context.Background(), []string{"One?"})
	if err != nil || !strings.Contains(again.Text(), "Your ranking so far: 2 > 1 = 3 > 4") {
		t.Fatalf("%v, %v", again, err)
	}
	r, shown = answering(t, "ben", path)
	if _, err := r.Rank(context.Background(), nil); err != nil || (*shown)[0].Position != "prompt 1 of 3" || (*shown)[0].Before != "" {
		t.Errorf("a second rater sees %+v, %v", *shown, err)
	}
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := r.Rank(stopped, nil); err != context.Canceled {
		t.Errorf("stopped: %v", err)
	}
}
