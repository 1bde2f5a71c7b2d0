package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/wording"
)

// spelled matches control tokens of common chat models and the speaker labels of raw
// transcripts.
var spelled = regexp.MustCompile(`<\|[A-Za-z_]+\|>|\[/?INST\]|<</?SYS>>|<(start|end)_of_turn>|<(bos|eos)>|</s>$|^<s>|\n\n(Human|Assistant):|(^|\n)### (Instruction|Response):`)

// turns checks the prompt's turns for empty texts and unusual roles, and all texts for
// control tokens.
func (l *linter) turns(pair *preference.Pair) {
	empty, roles, control := l.rule(emptyTurnRule), l.rule(rolesRule), l.rule(controlRule)
	for i, turn := range pair.Prompt {
		if strings.TrimSpace(turn.Content) == "" {
			l.found(empty, pair, "turn %d (%s) is empty", i+1, turn.Role)
			break
		}
	}
	if odd := oddRoles(pair.Prompt); odd != "" {
		l.found(roles, pair, "%s", odd)
	}
	texts := []string{pair.Chosen, pair.Rejected}
	for _, turn := range pair.Prompt {
		texts = append(texts, turn.Content)
	}
	for _, text := range texts {
		if token := l.control(text); token != "" {
			l.found(control, pair, "%s in %s", fmt.Sprintf("%q", token), wording.Excerpt(around(text, token)))
			break
		}
	}
}

// oddRoles describes what is unusual in the order of the roles, or returns "".
func oddRoles(prompt []preference.Turn) string {
	for i, turn := range prompt {
		switch {
		case turn.Role == "system" && i > 0:
			return fmt.Sprintf("turn %d is a system turn; it must be first", i+1)
		case i > 0 && turn.Role == prompt[i-1].Role:
			return fmt.Sprintf("turns %d and %d both have the role %s", i, i+1, turn.Role)
		case turn.Role == "assistant" && (i == 0 || prompt[i-1].Role == "system"):
			return "the first turn is the assistant's"
		}
	}
	if len(prompt) > 0 && prompt[len(prompt)-1].Role != "user" {
		return fmt.Sprintf("the last turn before the answer is the %s's, not the user's", prompt[len(prompt)-1].Role)
	}
	return ""
}

// control returns the first control token that a text spells, of a common model or of
// the given tokenizer, or "".
func (l *linter) control(text string) string {
	if !strings.ContainsAny(text, "<[") && !strings.Contains(text, "\n\n") {
		return ""
	}
	if at := spelled.FindString(text); at != "" {
		return at
	}
	if at := slices.IndexFunc(l.specials(), func(token string) bool { return strings.Contains(text, token) }); at >= 0 {
		return l.specials()[at]
	}
	return ""
}

// specials returns the texts of the model's control tokens.
func (l *linter) specials() []string {
	if l.o.Tokenizer != nil && l.tokenTexts == nil {
		for _, special := range l.o.Tokenizer.Specials() {
			l.tokenTexts = append(l.tokenTexts, special.Text)
		}
	}
	return l.tokenTexts
}

// around returns the text from 20 characters before a part of it.
func around(text, part string) string {
	before, after, _ := strings.Cut(text, part)
	runes := []rune(before)
	return string(runes[max(0, len(runes)-20):]) + part + after
}

// reportTurns writes the findings of turns.
func (l *linter) reportTurns() {
	if f := l.rule(emptyTurnRule); f.Count > 0 {
		f.set(f.bySize(manyLeftOut), fmt.Sprintf("In %d of %s a turn of the prompt is empty.", f.Count, wording.Count(f.Of, "pair")), "Remove such turns, or fill in their text.")
	}
	if f := l.rule(rolesRule); f.Count > 0 {
		f.set(f.bySize(0.2), fmt.Sprintf("In %d of %s the roles do not alternate from a first to a last user turn.", f.Count, wording.Count(f.Of, "prompt")), "Merge consecutive turns of the same role, and end each prompt with a user turn.")
	}
	if f := l.rule(controlRule); f.Count > 0 {
		f.set(f.bySize(manyLeftOut), fmt.Sprintf("In %d of %s a text spells a control token or a transcript's speaker label.", f.Count, wording.Count(f.Of, "pair")), "They would be learned as plain text: remove them, and cut texts that continue with another speaker.")
	}
}
