// Package judgement keeps what people say of a model's answers: a file with a
// line for each drawing of answers and for each judgement of one.
//
// Start with [Open], [File.Draw] and [File.Judge]; [Read] gives all that a
// file holds, [Log.Pairs] makes preference pairs of it, and [Log.Agreement]
// says how far two raters agree. [ParseOrder] reads a ranking as people write
// it.
//
// A line is in the file, and on the disk, when Draw or Judge returns, and not
// before. Whatever kills a session later loses none.
package judgement

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

// A Drawing is a prompt with answers to it that a model has drawn.
type Drawing struct {
	ID      string   `json:"id"` // says which drawing it is: a hash of what follows, without the time
	Prompt  string   `json:"prompt"`
	Answers []Answer `json:"answers"` // in the order in which they are shown, which says nothing of how they were drawn

	Model    string    `json:"model"`             // as it was named, with the hash of its weights
	Adapter  string    `json:"adapter,omitempty"` // the same of the adapter; "" for none
	Sampling Sampling  `json:"sampling"`
	Drawn    time.Time `json:"drawn"`
}

// An Answer is a text with the temperature at which it was drawn.
type Answer struct {
	Text        string   `json:"text"`
	Temperature float64  `json:"temperature"`
	By          []string `json:"by,omitempty"` // who gave it, where several models were asked and raters don't see which
}

// Sampling is how all answers of a drawing were drawn.
type Sampling struct {
	MaxNewTokens int     `json:"max_new_tokens"`
	TopP         float64 `json:"top_p"`
	Seed         uint64  `json:"seed"`
}

// A Verdict is what one rater says of a drawing.
type Verdict struct {
	Rater  string    `json:"rater"`
	Ranks  []int     `json:"ranks"`             // of each answer, 1 the best; equal ranks are a tie
	AllBad bool      `json:"all_bad,omitempty"` // none is worth learning from; all ranks are 1
	Judged time.Time `json:"judged"`
}

// A Judgement is a drawing with a verdict on it.
type Judgement struct {
	Drawing
	Verdict
}

// Identify sets the drawing's ID.
func (d *Drawing) Identify() error {
	plain := *d
	plain.ID, plain.Drawn = "", time.Time{}
	raw, err := json.Marshal(plain)
	if err != nil {
		return fmt.Errorf("identify the drawing: %w", err)
	}
	sum := sha256.Sum256(raw)
	d.ID = hex.EncodeToString(sum[:8])
	return nil
}

// check names what no drawing can have.
func (d *Drawing) check() error {
	if strings.TrimSpace(d.Prompt) == "" {
		return errors.New("the prompt is empty; write a question or a request")
	}
	if len(d.Answers) < 2 {
		return fmt.Errorf("a ranking needs two answers or more, and there are %d", len(d.Answers))
	}
	for i, answer := range d.Answers {
		if strings.TrimSpace(answer.Text) == "" {
			return fmt.Errorf("answer %d is empty", i+1)
		}
	}
	return nil
}

// check names what no verdict on so many answers can be.
func (v *Verdict) check(answers int) error {
	switch {
	case strings.TrimSpace(v.Rater) == "":
		return errors.New("the rater has no name; give one, so that raters can be compared")
	case len(v.Ranks) != answers:
		return fmt.Errorf("there are %d ranks for %d answers; give one for each", len(v.Ranks), answers)
	case slices.Min(v.Ranks) != 1 || slices.Max(v.Ranks) > answers:
		return fmt.Errorf("the ranks are %v; they go from 1, the best, to %d", v.Ranks, answers)
	case v.AllBad && slices.Max(v.Ranks) > 1:
		return fmt.Errorf("all answers are bad, yet the ranks %v tell them apart", v.Ranks)
	}
	return nil
}
