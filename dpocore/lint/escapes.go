package lint

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/wording"
)

// escapes are characters that were written in another form on the way into the file and not read back. The model would learn to
// write them so.
var escapes = []struct {
	what     string
	pattern  *regexp.Regexp
	openings []string               // of which every match has one, to skip the other texts quickly
	meant    func(text string) bool // reports that a text has them on purpose
}{
	{"HTML entities", regexp.MustCompile(`&(?:amp|lt|gt|quot|apos|nbsp|#\d{2,6}|#[xX][0-9a-fA-F]{2,6});`), []string{"&"}, hasCode},
	{"HTML tags", regexp.MustCompile(`(?i)<br ?/?>|</(?:p|div|li|ul|span|a|b|i|strong|em|h[1-6])>`), []string{"</", "<b", "<B"}, hasCode},
	{`line ends spelled \n`, regexp.MustCompile(`\\n(?:[^a-z]|$)`), []string{`\n`}, hasLines}, // a lower-case letter after it may be LaTeX's \nabla, or a path
	{`letters spelled \u and a number`, regexp.MustCompile(`\\u[0-9a-fA-F]{4}`), []string{`\u`}, hasCode},
	{"UTF-8 that was read as Latin-1", regexp.MustCompile("â€[\u0080-\u009f™œ\u0153\u02dc¦]|Ã[\u00a0-\u00bf]|Â[\u00a0°§£]"), []string{"â€", "Ã", "Â"}, nil},
	{"replacement characters, where a letter was lost", regexp.MustCompile("\uFFFD"), []string{"\uFFFD"}, nil},
}

func hasCode(text string) bool { return strings.Contains(text, "```") }

// hasLines reports that a text has line ends, so that a spelled one is meant, as in code.
func hasLines(text string) bool { return strings.Contains(text, "\n") }

// escapeCounts counts the pairs with each of [escapes].
type escapeCounts struct {
	l      *linter
	counts []int
	first  string // what was found, and where
}

func newEscapes(l *linter) *escapeCounts {
	return &escapeCounts{l: l, counts: make([]int, len(escapes))}
}

func (e *escapeCounts) see(pair *preference.Pair) {
	texts := []string{pair.Chosen, pair.Rejected}
	for _, turn := range pair.Prompt {
		texts = append(texts, turn.Content)
	}
	first := ""
	for i, escape := range escapes {
		for _, text := range texts {
			if !slices.ContainsFunc(escape.openings, func(part string) bool { return strings.Contains(text, part) }) || escape.meant != nil && escape.meant(text) {
				continue
			}
			if at := escape.pattern.FindString(text); at != "" {
				e.counts[i]++
				if first == "" {
					first = fmt.Sprintf("%q in %s", at, wording.Excerpt(around(text, at)))
				}
				break
			}
		}
	}
	if f := e.l.rule(escapesRule); first != "" {
		e.l.found(f, pair, "%s", first)
		e.first = cmp.Or(e.first, fmt.Sprintf("%s (%s)", first, pair.Where()))
	}
}

// report says how many pairs have which of the escapes.
func (e *escapeCounts) report() {
	var found []string
	for i, n := range e.counts {
		if n > 0 {
			found = append(found, fmt.Sprintf("%s in %s", escapes[i].what, wording.Count(n, "pair")))
		}
	}
	if f := e.l.rule(escapesRule); f.Count > 0 {
		f.set(min(Look, f.bySize(manyLeftOut)), fmt.Sprintf("Texts of %d of %s have %s, such as %s.", f.Count, wording.Count(f.Of, "pair"), wording.And(found), e.first),
			"The model learns to write them as they are: unless they are meant, as in code, decode the texts where the file is made.")
	}
}
