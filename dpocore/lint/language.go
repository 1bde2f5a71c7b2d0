package lint

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/wording"
)

// common lists frequent words that distinguish languages in Latin script.
var common = map[string][]string{
	"English":    {"the", "and", "you", "is", "of", "that", "it", "what", "are", "this", "with", "your", "have", "was", "how"},
	"German":     {"der", "und", "ist", "das", "nicht", "ein", "eine", "ich", "sie", "wie", "mit", "zu", "auf", "für", "werden"},
	"French":     {"le", "les", "est", "vous", "une", "des", "pas", "que", "dans", "pour", "je", "qui", "sur", "avec", "ce"},
	"Spanish":    {"el", "los", "que", "por", "una", "para", "con", "más", "cómo", "pero", "muy", "está", "puede", "es", "las"},
	"Italian":    {"il", "che", "di", "non", "per", "una", "sono", "gli", "della", "con", "più", "come", "questo", "anche", "è"},
	"Portuguese": {"não", "uma", "você", "para", "com", "os", "mais", "são", "ao", "como", "muito", "também", "isso", "pode", "seu"},
	"Dutch":      {"het", "een", "niet", "van", "ik", "zijn", "met", "voor", "je", "dat", "maar", "deze", "naar", "ook", "wordt"},
}

// scripts lists scripts that identify a language or a few. Kana is first, because
// Han characters with some kana are Japanese.
var scripts = []struct {
	name   string
	tables []*unicode.RangeTable
}{
	{"Japanese", []*unicode.RangeTable{unicode.Hiragana, unicode.Katakana}},
	{"Chinese", []*unicode.RangeTable{unicode.Han}},
	{"Korean", []*unicode.RangeTable{unicode.Hangul}},
	{"Cyrillic script", []*unicode.RangeTable{unicode.Cyrillic}},
	{"Arabic script", []*unicode.RangeTable{unicode.Arabic}},
	{"Devanagari script", []*unicode.RangeTable{unicode.Devanagari}},
	{"Greek", []*unicode.RangeTable{unicode.Greek}},
	{"Hebrew", []*unicode.RangeTable{unicode.Hebrew}},
	{"Thai", []*unicode.RangeTable{unicode.Thai}},
}

// languageOf maps each frequent word to its languages.
var languageOf = func() map[string][]string {
	of := map[string][]string{}
	for _, language := range slices.Sorted(maps.Keys(common)) {
		for _, word := range common[language] {
			of[word] = append(of[word], language)
		}
	}
	return of
}()

// languageSample is the number of bytes of a text that are examined.
const languageSample = 600

// language guesses a text's language from its script or, in Latin script, from
// frequent words. It returns "" if there is too little evidence.
func language(text string) string {
	if len(text) > languageSample {
		text = strings.ToValidUTF8(text[:languageSample], "")
	}
	const someKana = 5 // one kana in this many letters makes a text Japanese
	letters, counts, best := 0, make([]int, len(scripts)), 0
	for _, r := range text {
		if r <= unicode.MaxLatin1 {
			if unicode.IsLetter(r) {
				letters++
			}
			continue
		}
		for i, script := range scripts {
			if unicode.In(r, script.tables...) {
				counts[i]++
				letters++
				break
			}
		}
	}
	for i, n := range counts {
		if n > counts[best] {
			best = i
		}
	}
	switch {
	case counts[0]*someKana > letters:
		return scripts[0].name
	case counts[best]*2 > letters:
		return scripts[best].name
	}
	return latin(text)
}

// latin counts frequent words. The language with the most needs at least 3, and 1.5
// times as many as the runner-up; otherwise latin returns "".
func latin(text string) string {
	scores := map[string]int{}
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		for _, language := range languageOf[word] {
			scores[language]++
		}
	}
	names := slices.SortedFunc(maps.Keys(scores), func(a, b string) int {
		return cmp.Or(scores[b]-scores[a], strings.Compare(a, b))
	})
	if len(names) == 0 || scores[names[0]] < 3 || len(names) > 1 && 2*scores[names[0]] < 3*scores[names[1]] {
		return ""
	}
	return names[0]
}

// languages counts the languages of pairs.
type languages struct {
	*linter
	counts map[string]int
	of     []string // of each pair, "" if unknown
}

func newLanguages(l *linter) *languages {
	return &languages{linter: l, counts: map[string]int{}}
}

func (l *languages) see(pair *preference.Pair) {
	chosen, rejected, prompt := language(pair.Chosen), language(pair.Rejected), ""
	if last := len(pair.Prompt) - 1; last >= 0 {
		prompt = language(pair.Prompt[last].Content)
	}
	switched := l.rule(switchRule)
	switch {
	case chosen != "" && rejected != "" && chosen != rejected:
		l.found(switched, pair, "chosen %s, rejected %s: %s", chosen, rejected, wording.Excerpt(pair.Rejected))
	case chosen != "" && prompt != "" && chosen != prompt:
		l.found(switched, pair, "prompt %s, chosen %s: %s", prompt, chosen, wording.Excerpt(pair.Chosen))
	}
	main := cmp.Or(chosen, prompt, rejected)
	l.of = append(l.of, main)
	if main != "" {
		l.counts[main]++
	}
}

// finish writes the findings. The language mix counts the pairs that are not in the
// most frequent language.
func (l *languages) finish() {
	names := slices.SortedFunc(maps.Keys(l.counts), func(a, b string) int {
		return cmp.Or(l.counts[b]-l.counts[a], strings.Compare(a, b))
	})
	mixed := l.rule(languageRule)
	if len(names) > 1 {
		for i, name := range l.of {
			if name != "" && name != names[0] {
				l.found(mixed, &l.train.Pairs[i], "%s: %s", name, wording.Excerpt(l.train.Pairs[i].Chosen))
			}
		}
		var parts []string
		for _, name := range names[:min(4, len(names))] {
			parts = append(parts, fmt.Sprintf("%s %d", name, l.counts[name]))
		}
		severity := Note
		if float64(mixed.Count) > manyLeftOut*float64(mixed.Of) {
			severity = Look
		}
		mixed.set(severity, fmt.Sprintf("The pairs are in several languages (rough guess): %s.", strings.Join(parts, ", ")), "A small model learns best in one language: keep the pairs of the one you need.")
	}
	if f := l.rule(switchRule); f.Count > 0 {
		f.set(f.bySize(manyLeftOut), fmt.Sprintf("In %d of %s an answer is in a different language than the other answer or the prompt (rough guess).", f.Count, wording.Count(f.Of, "pair")), "Unless you want to teach that, remove them.")
	}
}
