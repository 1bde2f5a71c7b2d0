package lint

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
)

// patterns has a regular expression for each script.
var patterns = map[string]*regexp.Regexp{
	"Japanese": regexp.MustCompile(`[\p{Hiragana}\p{Katakana}]`), "Chinese": regexp.MustCompile(`\p{Han}`), "Korean": regexp.MustCompile(`\p{Hangul}`),
	"Cyrillic script": regexp.MustCompile(`\p{Cyrillic}`), "Arabic script": regexp.MustCompile(`\p{Arabic}`), "Devanagari script": regexp.MustCompile(`\p{Devanagari}`),
	"Greek": regexp.MustCompile(`\p{Greek}`), "Hebrew": regexp.MustCompile(`\p{Hebrew}`), "Thai": regexp.MustCompile(`\p{Thai}`),
}

// otherLanguage is an independent implementation of language, with regular expressions and a loop over languages.
func otherLanguage(text string) string {
	text = strings.ToValidUTF8(text[:min(len(text), 600)], "")
	letters := len(regexp.MustCompile(`[A-Za-z\x{aa}\x{b5}\x{ba}\x{c0}-\x{d6}\x{d8}-\x{f6}\x{f8}-\x{ff}]`).FindAllString(text, -1))
	counts := map[string]int{}
	for name, pattern := range patterns {
		counts[name] = len(pattern.FindAllString(text, -1))
		letters += counts[name]
	}
	if 5*counts["Japanese"] > letters {
		return "Japanese"
	}
	for name, n := range counts {
		if 2*n > letters {
			return name
		}
	}
	words := regexp.MustCompile(`\pL+`).FindAllString(strings.ToLower(text), -1)
	best, highest, second := "", 0, 0
	for name, frequent := range common {
		n := 0
		for _, word := range words {
			if slices.Contains(frequent, word) {
				n++
			}
		}
		switch {
		case n > highest:
			best, highest, second = name, n, highest
		case n > second:
			second = n
		}
	}
	if highest < 3 || 2*highest < 3*second {
		return ""
	}
	return best
}

// independentMore recomputes the counts of rules on the whole set, and the sentence with the accuracy of "longer wins".
func independentMore(set *preference.Set) (counts map[string]int, longerWins string) {
	counts = map[string]int{}
	prompts := map[string]int{}
	var languages []string
	longer, equal := 0, 0
	for _, pair := range set.Pairs {
		prompts[foldedPrompt(pair)]++
		chosen, rejected, prompt := otherLanguage(pair.Chosen), otherLanguage(pair.Rejected), otherLanguage(pair.Prompt[len(pair.Prompt)-1].Content)
		if chosen != "" && (rejected != "" && chosen != rejected || prompt != "" && chosen != prompt) {
			counts[switchRule]++
		}
		main := chosen
		for _, next := range []string{prompt, rejected} {
			if main == "" {
				main = next
			}
		}
		languages = append(languages, main)
		switch c, r := len([]rune(pair.Chosen)), len([]rune(pair.Rejected)); {
		case c > r:
			longer++
		case c == r:
			equal++
		}
	}
	for _, main := range languages {
		if main != "" && main != "English" {
			counts[languageRule]++
		}
	}
	for _, n := range prompts {
		if n >= 10 && 20*n >= len(set.Pairs) {
			counts[dominantRule] = max(counts[dominantRule], n)
		}
	}
	if len(set.Pairs) < 500 {
		counts[fewRule] = len(set.Pairs)
	}
	shorter := len(set.Pairs) - longer - equal
	right, rule := longer, "longer"
	if shorter > longer {
		right, rule = shorter, "shorter"
	}
	return counts, fmt.Sprintf("%q is right for %.0f %%", rule+" wins", 100*(float64(right)+float64(equal)/2)/float64(len(set.Pairs)))
}

// lopsided returns a part of the published set with thirty pairs of one prompt, some of them in German or Russian.
func lopsided(t *testing.T) *preference.Set {
	set := published(t)
	set.Pairs = set.Pairs[:300]
	for i := range 30 {
		pair := preference.Pair{Prompt: preference.User("Where is the station, and how do I get there from the market?"), Source: set.Source, Line: 5000 + i,
			Chosen: fmt.Sprintf("It is behind the church, and the bus number %d goes to the station from the market.", i), Rejected: "The bus that you want is the one with the green sign."}
		switch i % 5 {
		case 1:
			pair.Chosen = fmt.Sprintf("Der Bahnhof ist hinter der Kirche, und die Linie %d fährt mit der Bahn zu dem Markt.", i)
		case 2:
			pair.Chosen, pair.Rejected = fmt.Sprintf("Вокзал за церковью, автобус %d.", i), "Не знаю, извините."
		}
		set.Pairs = append(set.Pairs, pair)
	}
	return set
}

// TestMoreCountsOnPublishedPairs does the same for the rules on languages, a dominating prompt, few pairs and length bias.
func TestMoreCountsOnPublishedPairs(t *testing.T) {
	for name, set := range map[string]*preference.Set{"as published": published(t), "spoiled": spoiled(t), "lopsided": lopsided(t)} {
		report, err := Check(context.Background(), set, nil, DefaultOptions())
		if err != nil {
			t.Fatal(err)
		}
		want, longerWins := independentMore(set)
		for _, rule := range []string{switchRule, languageRule, dominantRule, fewRule} {
			if got := report.finding(rule).Count; got != want[rule] {
				t.Errorf("%s, %s: %d, want %d", name, rule, got, want[rule])
			}
		}
		if summary := report.finding(lengthRule).Summary; !strings.Contains(summary, longerWins) {
			t.Errorf("%s: %s, want %s", name, summary, longerWins)
		}
		t.Logf("%s: %v, %s", name, want, longerWins)
	}
}
