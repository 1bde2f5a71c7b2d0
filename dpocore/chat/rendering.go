package chat

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/tokenizer"
)

// rendering is a conversation as the template writes it.
type rendering struct {
	text  string
	turns []preference.Turn // with marks, as the template got them
	marks marks
}

func (e *Encoder) render(turns []preference.Turn, addGenerationPrompt bool) (rendering, error) {
	marked, marks := e.control.mark(turns, e.template.source)
	text, err := e.template.render(marked, addGenerationPrompt)
	return rendering{text, marked, marks}, err
}

// encode renders turns and tokenizes the text.
func (e *Encoder) encode(turns []preference.Turn, addGenerationPrompt bool) (ids []int32, r rendering, err error) {
	for _, turn := range turns {
		if hasNUL(turn) {
			return nil, r, tokenizer.ErrNUL
		}
	}
	if r, err = e.render(turns, addGenerationPrompt); err != nil {
		return nil, r, err
	}
	if len(r.marks.texts) == 0 {
		ids, err = e.tokenizer.EncodeControl(r.text)
	} else {
		ids, err = e.control.encode(r.text, r.marks)
	}
	return ids, r, err
}

// LeavesOutSystem reports whether the template leaves out a system turn before a question.
func (e *Encoder) LeavesOutSystem(text string) bool {
	r, err := e.render([]preference.Turn{{Role: "system", Content: text}, {Role: "user", Content: "Hi"}}, true)
	return err == nil && r.dropped(0) != "" // an error is of the conversation itself, which is rendered next
}

// droppedBefore returns the first part of a turn before another one that is not in the text, with the turn's role.
func (r rendering) droppedBefore(turn int) string {
	for i := range turn {
		if dropped := r.dropped(i); dropped != "" {
			return r.turns[i].Role + ": " + dropped
		}
	}
	return ""
}

// dropped returns the part of a turn that is not in the text, up to where the rest of the turn is; white space does not count.
func (r rendering) dropped(i int) string {
	turn := r.turns[i].Content
	if strings.Contains(r.text, strings.TrimSpace(turn)) {
		return ""
	}
	text := withoutSpace(r.text)
	starts := []int{}
	for i := range turn {
		starts = append(starts, i)
	}
	found := sort.Search(len(starts), func(i int) bool { return strings.Contains(text, withoutSpace(turn[starts[i]:])) })
	if found == 0 {
		return ""
	}
	if found < len(starts) {
		turn = turn[:wordAfter(turn, starts[found])]
	}
	return strings.TrimSpace(r.marks.restore(turn))
}

// wordAfter returns where the first whole word at or after i begins: the end of a word or a full stop is in any text.
func wordAfter(text string, i int) int {
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	rest := text[i:]
	if isWord(before) {
		rest = strings.TrimLeftFunc(rest, isWord)
	}
	if !strings.ContainsFunc(rest, isWord) {
		return len(text)
	}
	return len(text) - len(rest)
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

func withoutSpace(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}
