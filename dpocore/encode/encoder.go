// Package encode turns preference pairs into token ids and feeds them to a run.
//
// Start with [Encoder.EncodeSet], which tokenizes a whole set, and [Feed], which also serves sets too large for that.
package encode

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/wording"
)

// ErrNoPairs is the error of a set in which no pair can be trained on.
var ErrNoPairs = errors.New("no pair is left")

// Encoder renders, tokenizes and truncates pairs, and counts the pairs that it changed or left out.
type Encoder struct {
	template   *chat.Encoder
	limit      Limit
	vocabulary int

	pairs         int                // encoded so far
	cut           int                // truncated answers
	leftOut       map[Reason]counted // pairs without anything to learn
	beyond        int                // pairs with more tokens than the model has positions
	longest       int                // tokens of the longest of them
	mismatches    int                // pairs with a chat.Mismatch
	firstMismatch string             // the text between prompt and answer in the first of them
	endless       int                // pairs with an answer that doesn't end where generation stops
	dropped       counted            // pairs with an answer of which the template leaves out a part
	droppedPrompt counted            // pairs with a prompt of which it does
}

// New returns an encoder for a chat template and a vocabulary of the given size.
func New(template *chat.Encoder, vocabulary int, limit Limit) *Encoder {
	return &Encoder{template: template, limit: limit, vocabulary: vocabulary, leftOut: map[Reason]counted{}}
}

// Limit returns how long prompt and answer together may be.
func (e *Encoder) Limit() Limit { return e.limit }

// Encoded is a pair as the model sees it.
type Encoded struct {
	batch.Example             // truncated
	Whole         chat.Tokens // before truncation
	Cut           int         // number of truncated answers
	LeftOut       Reason      // "" for a pair that can be trained on
	Unended       bool        // an answer ends in a way at which generation would not stop
}

// Encode renders, tokenizes and truncates a pair.
func (e *Encoder) Encode(pair *preference.Pair) (Encoded, error) {
	tokens, mismatch, err := e.template.Pair(*pair)
	if reason := refused(err); reason != "" {
		encoded := Encoded{LeftOut: reason}
		e.count(pair, encoded, nil)
		e.why(reason, err)
		return encoded, nil
	}
	if err != nil {
		return Encoded{}, fmt.Errorf("tokenize the pairs: %w", err)
	}
	encoded := Encoded{Whole: tokens, Example: batch.Example{Prompt: tokens.Prompt, Chosen: tokens.Chosen, Rejected: tokens.Rejected}}
	if err := encoded.Check(e.vocabulary); err != nil {
		return encoded, fmt.Errorf("tokenize %s: %w", pair.Where(), err)
	}
	if truncated, report := batch.Truncate([]batch.Example{encoded.Example}, e.limit.Tokens()); len(truncated) > 0 {
		encoded.Example, encoded.Cut = truncated[0], report.Cut
	}
	encoded.LeftOut = encoded.reason(e.limit, pair.Single)
	e.count(pair, encoded, mismatch)
	encoded.Unended = slices.ContainsFunc([][]int32{tokens.Chosen, tokens.Rejected}, func(answer []int32) bool { return len(answer) > 0 && !e.template.EndsTurn(answer) })
	if encoded.Unended {
		e.endless++
	}
	if tokens.Dropped != "" {
		e.dropped.add(fmt.Sprintf("%s, %s", pair.Where(), wording.Excerpt(tokens.Dropped)))
	}
	if tokens.DroppedPrompt != "" {
		e.droppedPrompt.add(fmt.Sprintf("%s, %s", pair.Where(), wording.Excerpt(tokens.DroppedPrompt)))
	}
	return encoded, nil
}

// why keeps the error of the first pair that was left out for a reason, which names its place.
func (e *Encoder) why(reason Reason, err error) {
	if out := e.leftOut[reason]; out.count == 1 {
		out.first = err.Error()
		e.leftOut[reason] = out
	}
}

// count adds a pair to what [Encoder.Notes] reports.
func (e *Encoder) count(pair *preference.Pair, encoded Encoded, mismatch *chat.Mismatch) {
	e.pairs++
	if mismatch != nil {
		if e.mismatches++; e.mismatches == 1 {
			e.firstMismatch = mismatch.Between
		}
	}
	if tokens := encoded.Length(); e.limit.ByPositions() && tokens > e.limit.Positions {
		e.beyond, e.longest = e.beyond+1, max(e.longest, tokens)
	}
	if encoded.LeftOut == "" {
		e.cut += encoded.Cut
		return
	}
	out := e.leftOut[encoded.LeftOut]
	out.add(pair.Where())
	e.leftOut[encoded.LeftOut] = out
}

// Notes describes what was done to a set's pairs, as far as they were encoded: one sentence per finding.
func (e *Encoder) Notes(set *preference.Set) (notes []string) {
	note := func(format string, args ...any) {
		notes = append(notes, fmt.Sprintf("%s: %s.", set.Source, fmt.Sprintf(format, args...)))
	}
	if columns := set.Columns.Note(); columns != "" {
		note("%s", columns)
	}
	for _, text := range set.Notes {
		note("%s", text)
	}
	if len(set.Skipped) > 0 {
		note("%s", set.Report())
	}
	of := ""
	if e.pairs < len(set.Pairs) {
		of = fmt.Sprintf(" (of %s checked)", wording.Count(e.pairs, "pair"))
	}
	if e.beyond > 0 {
		note("the model has %d positions, fewer than the maximum length of %d, so sequences are cut there; longer than that: %s, the longest with %d tokens%s",
			e.limit.Positions, e.limit.MaxLength, wording.Count(e.beyond, "pair"), e.longest, of)
	}
	for _, reason := range reasons {
		if out := e.leftOut[reason]; out.count > 0 {
			note("left out %s %s%s, the first: %s", wording.Count(out.count, "pair"), reason.in(e.limit), of, out.first)
		}
	}
	if e.cut > 0 {
		note("truncated %s because prompt and answer exceed %d tokens%s", wording.Count(e.cut, "answer"), e.limit.Tokens(), of)
	}
	if e.mismatches > 0 {
		note("in %s the chat template renders the end of the prompt differently once an answer follows%s; left out of the first: %q", wording.Count(e.mismatches, "pair"), of, e.firstMismatch)
	}
	if e.dropped.count > 0 {
		note("in %s the chat template leaves out a part of an answer, which the model does not learn%s; of the first: %s", wording.Count(e.dropped.count, "pair"), of, e.dropped.first)
	}
	if e.droppedPrompt.count > 0 {
		note("in %s the chat template leaves out a part of the prompt, which the model does not see%s; if it matters, such as a system turn, use a chat template that keeps it, or write it into the user's turn; of the first: %s",
			wording.Count(e.droppedPrompt.count, "pair"), of, e.droppedPrompt.first)
	}
	if e.endless > 0 {
		note("%s, so generation would not stop there (%s%s); %s", e.End(), wording.Count(e.endless, "pair"), of, e.endRemedy())
	}
	return notes
}

// End says how the template ends an answer, and where generation stops.
func (e *Encoder) End() string {
	written := "nothing"
	if end := e.template.AnswerEnd(); end != "" {
		written = fmt.Sprintf("%q", end)
	}
	return fmt.Sprintf("the chat template writes %s after an answer, and generation with this model stops only at %s", written, e.template.Ends())
}

func (e *Encoder) endRemedy() string {
	if strings.TrimSpace(e.template.AnswerEnd()) == "" {
		return "use a chat template that ends each answer with that"
	}
	return "add the id of the end of turn to eos_token_id in the model's generation_config.json"
}

// Examples are the pairs of a set as tokens, without those that can't be trained on.
type Examples struct {
	List  []batch.Example
	Pairs []preference.Pair // the pair of each example
}

// EncodeSet encodes a whole set. If no pair is left, the error is [ErrNoPairs].
func (e *Encoder) EncodeSet(set *preference.Set) (Examples, error) {
	var out Examples
	for i := range set.Pairs {
		encoded, err := e.Encode(&set.Pairs[i])
		if err != nil {
			return out, err
		}
		if encoded.LeftOut == "" {
			out.List, out.Pairs = append(out.List, encoded.Example), append(out.Pairs, set.Pairs[i])
		}
	}
	if len(out.List) == 0 {
		return out, e.noneLeft(set.Source)
	}
	return out, nil
}

// Hash is the SHA-256 of the tokens in order. It depends on the data, the tokenizer and the chat template.
func (e Examples) Hash() string {
	sum := sha256.New()
	for _, example := range e.List {
		for _, tokens := range [][]int32{example.Prompt, example.Chosen, example.Rejected} {
			binary.Write(sum, binary.LittleEndian, int32(len(tokens))) // writing to a hash never fails
			binary.Write(sum, binary.LittleEndian, tokens)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}
