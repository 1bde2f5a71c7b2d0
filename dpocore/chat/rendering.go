package chat

import (
	"sort"
	"strings"
	"unicode"

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

// encode renders turns and tokenizes the text. dropped is the part of the last turn that the template leaves out.
func (e *Encoder) encode(turns []preference.Turn, addGenerationPrompt bool) (ids []int32, dropped string, err error) {
	for _, turn := range turns {
		if hasNUL(turn) {
			return nil, "", tokenizer.ErrNUL
		}
	}
	r, err := e.render(turns, addGenerationPrompt)
	if err != nil {
		return nil, "", err
	}
	if len(r.marks.texts) == 0 {
		ids, err = e.tokenizer.EncodeControl(r.text)
	} else {
		ids, err = e.control.encode(r.text, r.marks)
	}
	return ids, r.dropped(), err
}

// dropped returns the part of the last turn that is not in the text, up to where the rest of the turn is; white space does not
// count.
func (r rendering) dropped() string {
	if len(r.turns) == 0 {
		return ""
	}
	turn := r.turns[len(r.turns)-1].Content
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
		turn = turn[:starts[found]]
	}
	return strings.TrimSpace(r.marks.restore(turn))
}

func withoutSpace(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}
