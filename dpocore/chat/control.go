package chat

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/tokenizer"
)

// controlTokens distinguishes the template's control tokens from text that
// spells them.
//
// Before rendering, each spelling in a turn is replaced by a private-use
// character that is in neither the turns nor the template. Control tokens in the
// rendered text are then all the template's. The text is split at them, and the
// pieces between are tokenized as plain text with the spellings restored.
type controlTokens struct {
	tokenizer *tokenizer.Tokenizer
	tokens    map[string]tokenizer.Special
	texts     []string       // longest first
	pattern   *regexp.Regexp // any of texts
}

// marks maps private-use characters to the spelled control tokens they replace.
type marks struct {
	texts map[rune]string
}

func newControlTokens(tok *tokenizer.Tokenizer) *controlTokens {
	c := &controlTokens{tokenizer: tok, tokens: map[string]tokenizer.Special{}}
	for _, token := range tok.Specials() {
		if token.Text != "" {
			c.tokens[token.Text] = token
			c.texts = append(c.texts, token.Text)
		}
	}
	slices.SortFunc(c.texts, func(a, b string) int { return len(b) - len(a) })
	quoted := make([]string, len(c.texts))
	for i, text := range c.texts {
		quoted[i] = regexp.QuoteMeta(text)
	}
	if len(quoted) > 0 {
		c.pattern = regexp.MustCompile(strings.Join(quoted, "|"))
	}
	return c
}

// mark returns turns with each distinct spelled control token replaced by a
// different character. Turns without any are returned unchanged.
func (c *controlTokens) mark(turns []preference.Turn, template string) ([]preference.Turn, marks) {
	var found []string
	for _, text := range c.texts {
		if slices.ContainsFunc(turns, func(t preference.Turn) bool {
			return strings.Contains(t.Role, text) || strings.Contains(t.Content, text)
		}) {
			found = append(found, text)
		}
	}
	if len(found) == 0 {
		return turns, marks{}
	}
	m := marks{texts: map[rune]string{}}
	next := unusedPrivate(turns, template)
	var replacements []string
	for _, text := range found {
		char := next()
		m.texts[char] = text
		replacements = append(replacements, text, string(char))
	}
	replacer := strings.NewReplacer(replacements...)
	marked := make([]preference.Turn, len(turns))
	for i, turn := range turns {
		marked[i] = preference.Turn{Role: replacer.Replace(turn.Role), Content: replacer.Replace(turn.Content)}
	}
	return marked, m
}

// unusedPrivate returns a function that returns a new private-use character at
// each call, none of which is in turns or template.
func unusedPrivate(turns []preference.Turn, template string) func() rune {
	used := map[rune]bool{}
	note := func(text string) {
		for _, r := range text {
			if unicode.Is(unicode.Co, r) {
				used[r] = true
			}
		}
	}
	note(template)
	for _, turn := range turns {
		note(turn.Role)
		note(turn.Content)
	}
	next := rune(0xE000) // the first of 137,468 private-use characters
	return func() rune {
		for used[next] || !unicode.Is(unicode.Co, next) {
			next++
		}
		next++
		return next - 1
	}
}

// restore puts the spellings back.
func (m marks) restore(text string) string {
	if len(m.texts) == 0 {
		return text
	}
	var out strings.Builder
	for _, r := range text {
		if spelled, ok := m.texts[r]; ok {
			out.WriteString(spelled)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// encode tokenizes rendered text with marks in it.
func (c *controlTokens) encode(text string, m marks) ([]int32, error) {
	if !c.tokenizer.Separable() {
		return nil, fmt.Errorf("%w: %s; reword it", ErrSpelled, m.list())
	}
	var ids []int32
	start, trimLeft := 0, false
	for _, at := range append(c.pattern.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
		token := c.tokens[text[at[0]:at[1]]] // the zero value at the end of the text
		piece := text[start:at[0]]
		if trimLeft {
			piece = strings.TrimLeftFunc(piece, unicode.IsSpace)
		}
		if token.StripsLeft {
			piece = strings.TrimRightFunc(piece, unicode.IsSpace)
		}
		plain, err := c.plain(piece, m)
		if err != nil {
			return nil, err
		}
		ids = append(ids, plain...)
		if at[1] > at[0] {
			ids = append(ids, token.ID)
		}
		start, trimLeft = at[1], token.StripsRight
	}
	return ids, nil
}

// plain tokenizes a piece without control tokens.
func (c *controlTokens) plain(piece string, m marks) ([]int32, error) {
	ids, err := c.tokenizer.Encode(m.restore(piece))
	if err != nil {
		return nil, err
	}
	for _, text := range m.texts {
		if slices.Contains(ids, c.tokens[text].ID) {
			return nil, fmt.Errorf("%w: %s; reword it", ErrSpelled, text)
		}
	}
	return ids, nil
}

// list returns the spelled tokens for an error.
func (m marks) list() string {
	var texts []string
	for _, text := range m.texts {
		texts = append(texts, text)
	}
	slices.Sort(texts)
	return strings.Join(texts, ", ")
}

// hasNUL reports whether a turn contains a NUL character, which can't be
// tokenized.
func hasNUL(turn preference.Turn) bool {
	return strings.ContainsRune(turn.Role, 0) || strings.ContainsRune(turn.Content, 0)
}
