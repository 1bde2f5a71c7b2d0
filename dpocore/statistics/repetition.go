package statistics

import "strings"

// repeated is the number of words in a row whose return counts as repetition.
const repeated = 4

// Repetition is the share of a text's runs of four words that have stood in it before, 0 for a text that never repeats
// itself: rep-4 of Welleck et al. 2020 (https://arxiv.org/abs/1908.04319), by words. Case does not matter.
func Repetition(text string) float64 {
	words := strings.Fields(strings.ToLower(text))
	seen := map[string]bool{}
	again := 0
	for i := range max(0, len(words)-repeated+1) {
		run := strings.Join(words[i:i+repeated], " ")
		if seen[run] {
			again++
		}
		seen[run] = true
	}
	return float64(again) / float64(max(1, len(words)-repeated+1))
}
