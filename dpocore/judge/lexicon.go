package judge

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lexicon returns a judge that prefers answers with many of these words: the score is their share of the answer's words, in percent.
// Case and punctuation don't matter, also in the list. Like [Words] it knows nothing of what an answer says, so that its scores are exact, and what
// training does to them can be seen.
func Lexicon(words ...string) Func {
	known := map[string]bool{}
	for i, word := range words {
		words[i] = bare(word)
		known[words[i]] = true
	}
	return Func{"lexicon:" + strings.Join(words, ","), func(_, answer string) float64 {
		all, found := 0, 0
		for _, word := range strings.Fields(answer) {
			if word = bare(word); word == "" {
				continue
			}
			if all++; known[word] {
				found++
			}
		}
		return 100 * float64(found) / float64(max(1, all))
	}}
}

// bare is a word in lower case, without the punctuation around it.
func bare(word string) string {
	return strings.TrimFunc(strings.ToLower(word), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// Plain returns a judge that prefers short words: the score is minus the mean number of characters per word, punctuation included. An
// answer without a word has no score.
func Plain() Func {
	return Func{"plain", func(_, answer string) float64 {
		words := strings.Fields(answer)
		return -float64(utf8.RuneCountInString(strings.Join(words, ""))) / float64(len(words)) // NaN without words
	}}
}

// Computed is the form of judges that are computed from an answer's text, for help.
const Computed = "words:N, plain or lexicon:WORD,WORD…"

// Parse returns the judge of a name such as "words:60" or "lexicon:you,your". ok is false if it names another kind of judge.
func Parse(name string) (j Func, ok bool, err error) {
	kind, rest, _ := strings.Cut(name, ":")
	switch kind {
	case "words":
		words, err := strconv.Atoi(rest)
		if err != nil || words < 1 {
			return j, true, fmt.Errorf("the judge is %q; give a number of words, as in words:60", name)
		}
		return Words(words), true, nil
	case "plain":
		if name != kind {
			return j, true, fmt.Errorf("the judge is %q; plain takes nothing after it", name)
		}
		return Plain(), true, nil
	case "lexicon":
		list := strings.Split(rest, ",")
		for _, word := range list {
			if len(strings.Fields(word)) != 1 || bare(word) == "" {
				return j, true, fmt.Errorf("the judge is %q; give single words with commas between them, as in lexicon:you,your", name)
			}
		}
		return Lexicon(list...), true, nil
	}
	return j, false, nil
}
