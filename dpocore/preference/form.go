package preference

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A form says which fields the lines of a file have, and of which type.
type form struct {
	line       int    // 0-based line that the form was read from
	prompt     string // as kindOf names it, or "missing"
	answers    string
	transcript bool // raw text with Human and Assistant markers
}

// formOf returns the form of a line.
func formOf(line fields) (form, error) {
	found := form{prompt: "missing"}
	for _, name := range []string{"chosen", "rejected"} {
		raw, ok := line[name]
		if !ok {
			return form{}, fmt.Errorf("field %q is missing; a line needs \"chosen\" and \"rejected\"", name)
		}
		if err := textOrList(raw, name); err != nil {
			return form{}, err
		}
	}
	found.answers = kindOf(line["chosen"])
	if other := kindOf(line["rejected"]); other != found.answers {
		return form{}, fmt.Errorf("field \"rejected\" is %s where \"chosen\" is %s; both must be of one type", other, found.answers)
	}
	if raw, ok := line["prompt"]; ok {
		if err := textOrList(raw, "prompt"); err != nil {
			return form{}, err
		}
		found.prompt = kindOf(raw)
	} else if found.answers == "a string" {
		chosen, err := text(line["chosen"], "chosen")
		if err != nil {
			return form{}, err
		}
		found.transcript = isTranscript(chosen)
	}
	return found, nil
}

// textOrList refuses every other JSON type.
func textOrList(raw json.RawMessage, name string) error {
	if kind := kindOf(raw); kind != "a string" && kind != "a list" {
		return fmt.Errorf("field %q is %s; it must be a string or a list of turns", name, kind)
	}
	return nil
}

// check compares a line's form with that of the first line.
func (f *form) check(found form) error {
	switch {
	case f.prompt != found.prompt && found.prompt == "missing":
		return fmt.Errorf("field \"prompt\" is missing; line %d has it, and all lines must have the same fields", f.line+1)
	case f.prompt != found.prompt:
		return fmt.Errorf("field \"prompt\" is %s; in line %d it is %s, and all lines must have the same fields", found.prompt, f.line+1, f.prompt)
	case f.answers != found.answers:
		return fmt.Errorf("field \"chosen\" is %s; in line %d it is %s, and all lines must have the same form", found.answers, f.line+1, f.answers)
	case f.transcript && !found.transcript:
		return fmt.Errorf("field \"chosen\" does not begin with %q as in line %d, and all lines must have the same form", humanMarker, f.line+1)
	}
	return nil
}

// pair decodes a line's pair. A reason is given where there is none to learn
// from.
func (f *form) pair(line fields) (pair Pair, reason string, err error) {
	if err := options(line, &pair); err != nil {
		return pair, "", err
	}
	if f.answers == "a list" {
		return f.conversation(line, pair)
	}
	if pair.Chosen, err = text(line["chosen"], "chosen"); err != nil {
		return pair, "", err
	}
	if pair.Rejected, err = text(line["rejected"], "rejected"); err != nil {
		return pair, "", err
	}
	switch {
	case f.transcript:
		return f.fromTranscripts(pair)
	case f.prompt == "missing":
		reason = pair.takeCommonBeginning()
	case f.prompt == "a list":
		pair.Prompt, err = turns(line["prompt"], "prompt")
	default:
		var prompt string
		prompt, err = text(line["prompt"], "prompt")
		pair.Prompt = []Turn{{Role: "user", Content: prompt}}
	}
	return pair, reason, err
}

// conversation decodes answers that are lists of turns. Whether the prompt
// stands by itself or opens both lists, all turns but the last must agree;
// they are the prompt. A prompt that is a string beside lists repeats what
// the lists begin with, as TRL reads it, and is passed over.
func (f *form) conversation(line fields, pair Pair) (Pair, string, error) {
	var prompt []Turn
	var err error
	if f.prompt == "a list" {
		if prompt, err = turns(line["prompt"], "prompt"); err != nil {
			return pair, "", err
		}
	}
	chosen, err := turns(line["chosen"], "chosen")
	if err != nil {
		return pair, "", err
	}
	rejected, err := turns(line["rejected"], "rejected")
	if err != nil {
		return pair, "", err
	}
	if len(chosen) == 0 || len(rejected) == 0 {
		return pair, EmptyAnswer, nil
	}
	return pair, pair.setAnswers(append(slices.Clone(prompt), chosen...), append(slices.Clone(prompt), rejected...)), nil
}

// setAnswers fills the pair from two whole conversations, both of at least
// one turn, or returns the reason why they make none.
func (p *Pair) setAnswers(chosen, rejected []Turn) (reason string) {
	c, r := len(chosen)-1, len(rejected)-1
	switch {
	case !slices.Equal(chosen[:c], rejected[:r]):
		return DifferentPrompts
	case chosen[c].Role != "assistant" || rejected[r].Role != "assistant":
		return NotAssistant
	}
	p.Prompt, p.Chosen, p.Rejected = chosen[:c], chosen[c].Content, rejected[r].Content
	return ""
}

// takeCommonBeginning cuts the longest common beginning off both answers and
// makes it the prompt. As in TRL's extract_prompt, a space before the first
// difference stays with the answers.
func (p *Pair) takeCommonBeginning() (reason string) {
	if p.Chosen == p.Rejected {
		return EqualAnswers
	}
	at := 0
	for at < len(p.Chosen) && at < len(p.Rejected) {
		c, size := utf8.DecodeRuneInString(p.Chosen[at:])
		r, _ := utf8.DecodeRuneInString(p.Rejected[at:])
		if c != r {
			break
		}
		at += size
	}
	if at == 0 {
		return DifferentPrompts
	}
	if p.Chosen[at-1] == ' ' {
		at--
	}
	p.Prompt = []Turn{{Role: "user", Content: p.Chosen[:at]}}
	p.Chosen, p.Rejected = p.Chosen[at:], p.Rejected[at:]
	return ""
}

// fault returns the reason why nothing can be learnt from the pair, or "".
func (p *Pair) fault() string {
	switch {
	case len(p.Prompt) == 0:
		return NoPrompt
	case strings.TrimSpace(p.Chosen) == "" || strings.TrimSpace(p.Rejected) == "":
		return EmptyAnswer
	case p.Chosen == p.Rejected:
		return EqualAnswers
	}
	return ""
}
