package encode

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/internal/wording"
)

// Limit is how long prompt and answer together may be.
type Limit struct {
	MaxLength int // the setting, in tokens
	Positions int // of the model, which has learned nothing about longer sequences; 0 if unknown
}

// Tokens is the maximum length.
func (l Limit) Tokens() int {
	if l.ByPositions() {
		return l.Positions
	}
	return l.MaxLength
}

// ByPositions reports whether the model's positions are the limit, not the setting.
func (l Limit) ByPositions() bool { return l.Positions > 0 && l.Positions < l.MaxLength }

// Reason is why a pair is left out: after template, tokenizing and truncation nothing can be learned from it.
type Reason string

// The reasons. They follow "pairs ".
const (
	NoRoom     Reason = "whose prompt alone fills %d tokens"
	NoTokens   Reason = "with an answer that the chat template renders as nothing"
	SameTokens Reason = "whose two answers are the same tokens to the model"
	SameStart  Reason = "whose two answers are the same tokens once truncated to %d"
	Spelled    Reason = "with the spelling of a control token, which this model's tokenizer can't encode as plain text"
	Rejected   Reason = "that the chat template rejects"
)

var reasons = []Reason{NoRoom, NoTokens, SameTokens, SameStart, Spelled, Rejected}

// in is the reason in words, with the limit where it matters.
func (r Reason) in(l Limit) string {
	if strings.Contains(string(r), "%d") {
		return fmt.Sprintf(string(r), l.Tokens())
	}
	return string(r)
}

// refused is the reason for an error of package chat that is the pair's own fault, or "".
func refused(err error) Reason {
	switch {
	case errors.Is(err, chat.ErrSpelled):
		return Spelled
	case errors.Is(err, chat.ErrRejected):
		return Rejected
	}
	return ""
}

// counted are pairs that have something in common.
type counted struct {
	count int
	first string // where the first one is, and perhaps what it is about
}

func (c *counted) add(first string) {
	if c.count++; c.count == 1 {
		c.first = first
	}
}

// Length is the length of the longer one of the two sequences before truncation, in tokens.
func (e Encoded) Length() int {
	return len(e.Whole.Prompt) + max(len(e.Whole.Chosen), len(e.Whole.Rejected))
}

// reason is why the pair, which may be a single answer, can't be trained on, or "".
func (e Encoded) reason(l Limit, single bool) Reason {
	switch {
	case single && len(e.Whole.Chosen)+len(e.Whole.Rejected) == 0:
		return NoTokens
	case !single && (len(e.Whole.Chosen) == 0 || len(e.Whole.Rejected) == 0):
		return NoTokens
	case slices.Equal(e.Whole.Chosen, e.Whole.Rejected):
		return SameTokens
	case len(e.Prompt) >= l.Tokens():
		return NoRoom
	case slices.Equal(e.Chosen, e.Rejected):
		return SameStart
	}
	return ""
}

// noneLeft is the error of pairs of which none can be trained on: the most frequent reason, and what to do.
func (e *Encoder) noneLeft(source string) error {
	most := slices.MaxFunc(reasons, func(a, b Reason) int { return cmp.Compare(e.leftOut[a].count, e.leftOut[b].count) })
	out := e.leftOut[most]
	if out.count == 0 {
		return fmt.Errorf("%s: %w; it has none", source, ErrNoPairs)
	}
	remedy := "use pairs whose answers differ in more than spaces and Unicode forms"
	switch {
	case most == Spelled:
		remedy = "reword them, or use a model with another tokenizer"
	case most == Rejected:
		remedy = "reorder their turns as the template demands, or use another model"
	case most == NoTokens:
		remedy = "look at the pairs as the template renders them (dpo data show)"
	case (most == NoRoom || most == SameStart) && e.limit.ByPositions():
		remedy = fmt.Sprintf("the model has only %d positions, so use shorter pairs", e.limit.Positions)
	case most == NoRoom || most == SameStart:
		remedy = "raise the maximum length"
	}
	return fmt.Errorf("%s: %w, after leaving out %s %s (the first: %s); %s", source, ErrNoPairs, wording.Count(out.count, "pair"), most.in(e.limit), out.first, remedy)
}
