// Package preference has preference pairs: a prompt with a better and a worse
// answer to it.
//
// Package pairfile reads pairs from files. [Builtin] returns the pairs that
// come with the module, [FromScores] and [FromRanking] make pairs of several
// answers to a prompt, and [Set.Split] holds out pairs for evaluation.
package preference

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
)

// A Turn is one message of a conversation.
type Turn struct {
	Role    string // system, user or assistant
	Content string
}

// User returns a prompt with one turn by the user.
func User(text string) []Turn { return []Turn{{Role: "user", Content: text}} }

// The units in which Pair.Line counts.
const (
	UnitLine    = "line"
	UnitElement = "element" // of a JSON list
	UnitRow     = "row"     // of a Parquet file
)

// A Pair is a prompt with two answers, of which the chosen one is better.
type Pair struct {
	Prompt    []Turn      // everything before the answer; the last turn is usually the user's
	Chosen    string      // the better answer
	Rejected  string      // the worse answer
	Source    string      // the file, or "builtin"
	Line      int         // 0-based position in the file, counted in Unit
	Unit      string      // UnitLine if empty
	Objective string      // what the pair teaches, such as "harmlessness"; may be empty
	Weight    float64     // how much its loss counts in training, relative to other pairs; 0 is 1
	Scores    *[2]float64 // of the chosen and the rejected answer, if the file has them; for the linter
	Single    bool        // there is one answer: Chosen, or Rejected if it is a bad one; the other is empty
}

// LossWeight returns how much the pair's loss counts in training, relative to other pairs.
func (p *Pair) LossWeight() float64 { return cmp.Or(p.Weight, 1) }

// Where returns the position of the pair in its file: "pairs.jsonl, line 3".
func (p *Pair) Where() string {
	return fmt.Sprintf("%s, %s %d", p.Source, cmp.Or(p.Unit, UnitLine), p.Line+1)
}

// PromptText returns the prompt as one text: a single question as it is, a
// conversation with the role before each turn.
func (p *Pair) PromptText() string {
	if len(p.Prompt) == 1 && p.Prompt[0].Role == "user" {
		return p.Prompt[0].Content
	}
	var turns []string
	for _, turn := range p.Prompt {
		turns = append(turns, turn.Role+": "+turn.Content)
	}
	return strings.Join(turns, "\n\n")
}

// Reasons to leave out a well-formed pair: it can teach nothing.
const (
	DifferentPrompts = "different prompts"
	NoPrompt         = "empty prompt"
	EmptyAnswer      = "empty answer"
	EqualAnswers     = "equal answers"
	NotAssistant     = "answer not by the assistant"
	Tie              = "tie"
	NoWeight         = "weight of 0"
	BadAnswer        = "bad answer"
	SeenAnswer       = "chosen answer that another pair has"
)

// plurals has the plural of each reason that is singular.
var plurals = map[string]string{
	NoPrompt:     "empty prompts",
	EmptyAnswer:  "empty answers",
	NotAssistant: "answers not by the assistant",
	Tie:          "ties",
	NoWeight:     "weights of 0",
	BadAnswer:    "bad answers",
	SeenAnswer:   "chosen answers that other pairs have",
}

// Fault returns the reason why the pair can teach nothing, or "".
func (p *Pair) Fault() string {
	switch {
	case !slices.ContainsFunc(p.Prompt, func(t Turn) bool { return strings.TrimSpace(t.Content) != "" }):
		return NoPrompt
	case p.Single && strings.TrimSpace(p.Chosen+p.Rejected) == "":
		return EmptyAnswer
	case !p.Single && (strings.TrimSpace(p.Chosen) == "" || strings.TrimSpace(p.Rejected) == ""):
		return EmptyAnswer
	case p.Chosen == p.Rejected:
		return EqualAnswers
	}
	return ""
}

// A Skip is the position of a pair that was left out.
type Skip struct {
	Source string // the file, if the set is of several; "" for the set's
	Line   int    // 0-based, counted like Pair.Line
	Reason string // one of the constants above
}

// Place returns the position of a pair that was left out: "pairs.jsonl, line 3".
func (s *Set) Place(skip Skip) string {
	where := Pair{Source: cmp.Or(skip.Source, s.Source), Line: skip.Line}
	if len(s.Pairs) > 0 {
		where.Unit = s.Pairs[0].Unit
	}
	return where.Where()
}

// A Set is a list of pairs in file order.
type Set struct {
	Pairs   []Pair
	Skipped []Skip
	Source  string // the file, or "builtin"
	Columns Columns
	Notes   []string // sentences on how the pairs were chosen, to show before training

	heap heapTexts
}

// ChosenOnly returns a set with the chosen answers of the pairs alone, each answer to a prompt once.
func (s *Set) ChosenOnly() *Set {
	single, seen := *s, map[[sha256.Size]byte]bool{}
	single.Pairs, single.Skipped = nil, slices.Clone(s.Skipped)
	for _, pair := range s.Each() {
		if pair.Chosen == "" {
			single.Skipped = append(single.Skipped, Skip{Line: pair.Line, Reason: BadAnswer})
			continue
		}
		key := sha256.Sum256(fmt.Appendf(nil, "%q", []any{pair.Prompt, pair.Chosen}))
		if seen[key] {
			single.Skipped = append(single.Skipped, Skip{Line: pair.Line, Reason: SeenAnswer})
			continue
		}
		seen[key] = true
		one := *pair
		one.Rejected, one.Scores, one.Single = "", nil, true
		single.Pairs = append(single.Pairs, one)
	}
	return &single
}

// Report returns one line on how many pairs were kept, and how many were left
// out for which reason: "kept 2303 pairs, left out 9: 5 different prompts,
// 4 empty answers".
func (s *Set) Report() string {
	noun := "pairs"
	if len(s.Pairs) == 1 {
		noun = "pair"
	}
	kept := fmt.Sprintf("kept %d %s", len(s.Pairs), noun)
	if len(s.Skipped) == 0 {
		return kept
	}
	return fmt.Sprintf("%s, left out %d: %s", kept, len(s.Skipped), s.skipCounts())
}

// skipCounts lists the reasons with their counts, the most frequent first.
func (s *Set) skipCounts() string {
	counts := map[string]int{}
	var reasons []string
	for _, skip := range s.Skipped {
		if counts[skip.Reason] == 0 {
			reasons = append(reasons, skip.Reason)
		}
		counts[skip.Reason]++
	}
	slices.SortStableFunc(reasons, func(a, b string) int { return counts[b] - counts[a] })
	for i, reason := range reasons {
		text := reason
		if plural, ok := plurals[reason]; ok && counts[reason] > 1 {
			text = plural
		}
		reasons[i] = fmt.Sprintf("%d %s", counts[reason], text)
	}
	return strings.Join(reasons, ", ")
}
