package layout

import (
	"slices"
	"strings"

	"example.com/gonb-dpo/internal/suggest"
)

// otherNames are the names of columns in published data sets, as
// returned by PlainName.
var otherNames = map[string][]string{
	"prompt": {
		"question", "instruction", "input", "query", "post", "problem", "request",
		"user", "user_prompt", "user_message", "user_input", "prompt_text",
		"conversations", "conversation", "messages",
	},
	"system": {"system_prompt", "system_message", "sys_prompt"},
	"chosen": {
		"preferred", "winner", "positive", "better", "accepted", "best", "good",
		"chosen_response", "response_chosen", "chosen_answer", "answer_chosen", "chosen_output", "output_chosen",
		"chosen_text", "text_chosen", "chosen_completion", "completion_chosen", "chosen_messages",
		"preferred_response", "preferred_answer", "preferred_output", "accepted_response", "accepted_answer",
		"winning_response", "better_response", "better_answer", "positive_response", "good_response",
	},
	"rejected": {
		"dispreferred", "unpreferred", "non_preferred", "not_preferred", "loser", "negative", "worse", "worst", "bad",
		"rejected_response", "response_rejected", "rejected_answer", "answer_rejected", "rejected_output", "output_rejected",
		"rejected_text", "text_rejected", "rejected_completion", "completion_rejected", "rejected_messages",
		"dispreferred_response", "dispreferred_answer", "dispreferred_output", "non_preferred_output", "non_preferred_response",
		"losing_response", "worse_response", "worse_answer", "negative_response", "bad_response",
	},
}

var underscores = strings.NewReplacer(" ", "_", "-", "_", ".", "_")

// PlainName returns a name in lower case with underscores between words.
func PlainName(name string) string {
	return underscores.Replace(strings.ToLower(strings.TrimSpace(name)))
}

// IsKnown reports whether a column may be part of a pair, by its name.
func IsKnown(name string) bool {
	plain := PlainName(name)
	for role, others := range otherNames {
		if plain == role || slices.Contains(others, plain) {
			return true
		}
	}
	return slices.Contains([]string{"objective", "weight", "history"}, name) || slices.Contains(labelNames, plain) || slices.Contains(thumbNames, plain) || slices.Contains(singleAnswers, plain) || strings.HasPrefix(plain, winnerPrefix) ||
		answerNames.MatchString(plain) || isScoreName(plain)
}

// nearest returns the name that is most similar to a role or one of its longer
// other names, and the name that it resembles; "" if none is similar.
func nearest(role string, names []string) (name, meant string) {
	const longEnough = 6 // letters: cost is not a misspelling of post
	best := 3
	for _, wanted := range append([]string{role}, otherNames[role]...) {
		if len(wanted) < longEnough {
			continue
		}
		for _, candidate := range names {
			if d := suggest.Distance(PlainName(candidate), wanted); d < best {
				best, name, meant = d, candidate, wanted
			}
		}
	}
	return name, meant
}
