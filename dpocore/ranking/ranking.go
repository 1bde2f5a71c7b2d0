// Package ranking records how people rank a model's answers.
//
// [OpenSession] opens a rankings file for one rater: the session samples
// answers for each prompt, parses the rater's order and saves the verdict.
// [Read] reads the whole file, [Log.Pairs] turns it into preference pairs, and
// [Log.Agreement] measures how far two raters agree.
//
// The file has one line of JSON per set of candidate answers and one per
// verdict. A line is on disk when the call that writes it returns, so a killed
// process loses nothing that was reported as saved.
package ranking

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Candidates are the answers to one prompt that a rater puts in order.
type Candidates struct {
	ID      string   `json:"id"` // hash of all fields below except Drawn
	Prompt  string   `json:"prompt"`
	Answers []Answer `json:"answers"` // in display order, which is shuffled and so independent of how they were sampled

	Model    string    `json:"model"`             // name and hash of the weights
	Adapter  string    `json:"adapter,omitempty"` // the same for the adapter; "" for none
	Sampling Sampling  `json:"sampling"`
	Drawn    time.Time `json:"drawn"` // when the answers were sampled
}

// An Answer is a text and the temperature at which it was sampled.
type Answer struct {
	Text        string   `json:"text"`
	Temperature float64  `json:"temperature"`
	By          []string `json:"by,omitempty"` // the models that gave it, in a blind comparison
}

// Sampling holds the sampling settings that all answers of a set share.
type Sampling struct {
	MaxNewTokens int     `json:"max_new_tokens"`
	TopP         float64 `json:"top_p"`
	Seed         uint64  `json:"seed"`
}

// A Verdict is one rater's order of a set of candidates.
type Verdict struct {
	Rater  string    `json:"rater"`
	Ranks  []int     `json:"ranks"`             // one per answer, 1 is best; equal ranks are a tie
	AllBad bool      `json:"all_bad,omitempty"` // no answer is worth learning from; all ranks are 1
	Judged time.Time `json:"judged"`
}

// A Judgement is a set of candidates with a verdict on it.
type Judgement struct {
	Candidates
	Verdict
}

// Identify sets the ID.
func (c *Candidates) Identify() error {
	content := *c
	content.ID, content.Drawn = "", time.Time{}
	raw, err := json.Marshal(content)
	if err != nil {
		return fmt.Errorf("compute the ID of the answers: %w", err)
	}
	sum := sha256.Sum256(raw)
	c.ID = hex.EncodeToString(sum[:8])
	return nil
}

// Blind reports whether the answers have authors, which raters don't see until they have ranked all of them.
func (c Candidates) Blind() bool {
	return slices.ContainsFunc(c.Answers, func(a Answer) bool { return len(a.By) > 0 })
}

// check reports the first thing that makes the candidates invalid.
func (c *Candidates) check() error {
	if strings.TrimSpace(c.Prompt) == "" {
		return errors.New("the prompt is empty; write a question or a request")
	}
	if len(c.Answers) < 2 {
		return fmt.Errorf("a ranking needs two answers or more, and there are %d", len(c.Answers))
	}
	for i, answer := range c.Answers {
		if strings.TrimSpace(answer.Text) == "" {
			return fmt.Errorf("answer %d is empty", i+1)
		}
	}
	return nil
}

// check reports the first thing that makes the verdict invalid for this many answers.
func (v *Verdict) check(answers int) error {
	switch {
	case strings.TrimSpace(v.Rater) == "":
		return errors.New("the rater has no name; give one, so that raters can be compared")
	case len(v.Ranks) != answers:
		return fmt.Errorf("there are %d ranks for %d answers; give one for each", len(v.Ranks), answers)
	case slices.Min(v.Ranks) != 1 || slices.Max(v.Ranks) > answers:
		return fmt.Errorf("the ranks are %v; they must run from 1, the best, to at most %d", v.Ranks, answers)
	case v.AllBad && slices.Max(v.Ranks) > 1:
		return fmt.Errorf("all answers are marked as bad, but the ranks %v differ", v.Ranks)
	}
	return nil
}
