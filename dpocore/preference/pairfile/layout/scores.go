package layout

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

// scoreColumns returns the columns with scores of the chosen and the rejected
// answer, such as score_chosen and score_rejected; "" if there are none.
func scoreColumns(names []string) (found [2]string) {
	for _, chosen := range names {
		words := strings.Split(PlainName(chosen), "_")
		at := slices.Index(words, "chosen")
		if at < 0 || !isScoreName(PlainName(chosen)) {
			continue
		}
		words[at] = "rejected"
		for _, rejected := range names {
			if PlainName(rejected) == strings.Join(words, "_") {
				return [2]string{chosen, rejected}
			}
		}
	}
	return found
}

// isScoreName reports whether a column may hold scores of one of the answers.
func isScoreName(plain string) bool {
	words := strings.Split(plain, "_")
	return slices.ContainsFunc(words, isScore) && (slices.Contains(words, "chosen") || slices.Contains(words, "rejected"))
}

func isScore(word string) bool {
	return slices.Contains([]string{"score", "rating", "reward"}, word)
}

// HasScores reports whether a column has scores.
func (l *Layout) HasScores(name string) bool { return slices.Contains(l.scores[:], name) }

// ScoresOf returns the scores of a record; nil if it lacks one, or one is not a
// number.
func (l *Layout) ScoresOf(record recordfile.Fields) *[2]float64 {
	if l.scores[0] == "" {
		return nil
	}
	var scores [2]float64
	for i, name := range l.scores {
		text := string(record[name])
		if recordfile.KindOf(record[name]) == "a string" {
			json.Unmarshal(record[name], &text) // fails only on half a surrogate, which is no number
		}
		value, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || math.IsNaN(value) {
			return nil
		}
		scores[i] = value
	}
	return &scores
}
