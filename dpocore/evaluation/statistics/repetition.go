package statistics

import "strings"

// ngram is the number of words in the n-grams that Repetition counts.
const ngram = 4

// Repetition is the share of a text's 4-grams that occurred earlier in the text, 0 for a text that never repeats itself:
// rep-4 of Welleck et al. 2020 (https://arxiv.org/abs/1908.04319), with words as tokens. Case is ignored.
func Repetition(text string) float64 {
	words := strings.Fields(strings.ToLower(text))
	seen := map[string]bool{}
	repeated := 0
	for i := range max(0, len(words)-ngram+1) {
		gram := strings.Join(words[i:i+ngram], " ")
		if seen[gram] {
			repeated++
		}
		seen[gram] = true
	}
	return float64(repeated) / float64(max(1, len(words)-ngram+1))
}
