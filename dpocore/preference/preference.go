// Package preference reads preference pairs: a prompt with a better and a
// worse answer to it.
//
// Start with [ReadFile] for a file of your own, or [Builtin] for the pairs
// that come with the module. [Set.Split] keeps some pairs for evaluation.
//
// A file is JSON Lines (one JSON object a line), JSON (a list of objects, by
// itself or under one key of an object), CSV, TSV or Parquet, each gzipped or
// not; which one is told by its content. A pair is an object, or a row, in
// any of these forms; the first one decides which, and every further one must
// have the same form:
//
//	{"prompt": "Why?", "chosen": "Because …", "rejected": "Dunno."}
//	{"chosen": "Why? Because …", "rejected": "Why? Dunno."}
//	{"chosen": "\n\nHuman: Why?\n\nAssistant: Because …", "rejected": "\n\nHuman: Why?\n\nAssistant: Dunno."}
//	{"prompt": [turns], "chosen": [turns], "rejected": [turns]}
//	{"chosen": [turns], "rejected": [turns]}
//
// where a turn is {"role": "user", "content": "Why?"}; a column of CSV holds
// turns as JSON text. A prompt may be a transcript too. Two more fields may stand beside them: "objective", a
// word to group pairs by, and "weight". [Columns] says which other names are
// recognised.
package preference

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Turn is one message of a conversation.
type Turn struct {
	Role    string // system, user or assistant
	Content string
}

// A Pair is a prompt with two answers, of which the chosen one is better.
type Pair struct {
	Prompt    []Turn // what comes before the answer; the last is most often the user's
	Chosen    string // the better answer
	Rejected  string // the worse answer
	Source    string // the file that the pair comes from, or "builtin"
	Line      int    // 0-based place in that file, counted in Unit
	Unit      string // "line", or "element" of a JSON list, or "row" of a Parquet file; "" is a line
	Objective string // what the pair teaches, such as "harmlessness"; may be empty
	Weight    float64
}

// Where names the pair's place as its file shows it: "pairs.jsonl, line 3".
func (p *Pair) Where() string {
	return fmt.Sprintf("%s, %s %d", p.Source, cmp.Or(p.Unit, unitLine), p.Line+1)
}

// Reasons for which a well-formed pair is left out: it can teach nothing.
const (
	DifferentPrompts = "different prompts"
	NoPrompt         = "empty prompt"
	EmptyAnswer      = "empty answer"
	EqualAnswers     = "equal answers"
	NotAssistant     = "answer not by the assistant"
	Tie              = "tie"
)

// plural holds how a report counts more than one of a reason, where that
// differs from the reason itself.
var plural = map[string]string{
	NoPrompt:     "empty prompts",
	EmptyAnswer:  "empty answers",
	NotAssistant: "answers not by the assistant",
	Tie:          "ties",
}

// A Skip is a place whose pair was left out.
type Skip struct {
	Line   int    // 0-based place in the file, counted as a pair's Line is
	Reason string // one of the constants above
}

// A Set is a list of pairs in the order of their file.
type Set struct {
	Pairs   []Pair
	Skipped []Skip
	Source  string // the file, or "builtin"
	Columns Columns
	Notes   []string // sentences on how the pairs were chosen, for whoever trains on them

	heap heap
}

// Report says in one line how many pairs were kept and how many were left
// out for what reason: "kept 2303 pairs, left out 9: 5 different prompts,
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
		if many, ok := plural[reason]; ok && counts[reason] > 1 {
			text = many
		}
		reasons[i] = fmt.Sprintf("%d %s", counts[reason], text)
	}
	return strings.Join(reasons, ", ")
}
