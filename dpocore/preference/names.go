package preference

import (
	"fmt"
	"strings"
)

// otherNames are the names under which data sets in use have the three
// columns, written plainly as plainName does.
var otherNames = map[string][]string{
	"prompt": {
		"question", "instruction", "input", "query", "post", "problem", "request",
		"user", "user_prompt", "user_message", "user_input", "prompt_text",
	},
	"chosen": {
		"preferred", "winner", "positive", "better", "accepted", "best", "good",
		"chosen_response", "response_chosen", "chosen_answer", "answer_chosen", "chosen_output", "output_chosen",
		"chosen_text", "text_chosen", "chosen_completion", "completion_chosen",
		"preferred_response", "preferred_answer", "preferred_output", "accepted_response", "accepted_answer",
		"winning_response", "better_response", "better_answer", "positive_response", "good_response",
	},
	"rejected": {
		"dispreferred", "unpreferred", "non_preferred", "not_preferred", "loser", "negative", "worse", "worst", "bad",
		"rejected_response", "response_rejected", "rejected_answer", "answer_rejected", "rejected_output", "output_rejected",
		"rejected_text", "text_rejected", "rejected_completion", "completion_rejected",
		"dispreferred_response", "dispreferred_answer", "dispreferred_output", "non_preferred_output", "non_preferred_response",
		"losing_response", "worse_response", "worse_answer", "negative_response", "bad_response",
	},
}

// plainName is a name in lower case with underscores between its words.
func plainName(name string) string {
	return strings.NewReplacer(" ", "_", "-", "_", ".", "_").Replace(strings.ToLower(strings.TrimSpace(name)))
}

// nearest returns the name that is nearly a role's own or one of its longer
// other names, and which one it nearly is, or "".
func nearest(role string, names []string) (name, meant string) {
	const longEnough = 6 // letters: post and cost are two words, not a misspelling
	best := 3
	for _, wanted := range append([]string{role}, otherNames[role]...) {
		if len(wanted) < longEnough {
			continue
		}
		for _, candidate := range names {
			if d := distance(plainName(candidate), wanted); d < best {
				best, name, meant = d, candidate, wanted
			}
		}
	}
	return name, meant
}

// Distance counts the letters to insert, remove, replace or swap with their
// neighbour that make b of a.
func Distance(a, b string) int { return distance(a, b) }

// distance counts the letters to insert, remove, replace or swap with their
// neighbour that make b of a.
func distance(a, b string) int {
	const tooLong = 64
	if len(a) > tooLong {
		return tooLong
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// listed names at most a dozen columns, each shortened to be readable.
func listed(names []string) string {
	const most, longest = 12, 40
	var shown []string
	for _, name := range names[:min(most, len(names))] {
		if runes := []rune(name); len(runes) > longest {
			name = string(runes[:longest]) + "…"
		}
		if name == "" || name != strings.TrimSpace(name) || strings.ContainsAny(name, ",;:\"\t\r\n\x00") {
			name = fmt.Sprintf("%q", name)
		}
		shown = append(shown, name)
	}
	text := strings.Join(shown, ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func quotedEach(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = fmt.Sprintf("%q", name)
	}
	return out
}

// quoted lists names as "a" and "b".
func quoted(names []string) string {
	return strings.Join(quotedEach(names), " and ")
}
