package pairfile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/pairfile/conversation"
	"example.com/gonb-dpo/dpocore/preference/pairfile/layout"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

// A form is the columns of the records of a file and their types.
type form struct {
	at         recordfile.Place   // of the record that has this form
	columns    preference.Columns // the names of prompt, chosen and rejected
	part       recordfile.Noun
	prompt     string // as returned by recordfile.KindOf, or "missing"
	answers    string
	transcript bool // text with Human and Assistant markers
}

// formOf returns the form of a record.
func formOf(record recordfile.Fields, columns preference.Columns, part recordfile.Noun) (form, error) {
	found := form{columns: columns, part: part, prompt: "missing"}
	for _, name := range []string{columns.Chosen, columns.Rejected} {
		raw, ok := record[name]
		if !ok {
			return form{}, fmt.Errorf("%s is missing; every record needs %q and %q", part.Of(name), columns.Chosen, columns.Rejected)
		}
		if err := textOrList(raw, name, part); err != nil {
			return form{}, err
		}
	}
	found.answers = formKind(record[columns.Chosen])
	if other := formKind(record[columns.Rejected]); other != found.answers {
		return form{}, fmt.Errorf("%s is %s where %q is %s; both must be of one type", part.Of(columns.Rejected), other, columns.Chosen, found.answers)
	}
	if found.answers == "a string" {
		found.transcript = conversation.IsTranscript(conversation.Beginning(record[columns.Chosen]))
	}
	if raw, ok := record[layout.PromptName(columns)]; ok && (columns.Prompt != "" || part == recordfile.Field) {
		if err := textOrList(raw, layout.PromptName(columns), part); err != nil {
			return form{}, err
		}
		found.prompt = formKind(raw)
		if found.transcript { // such answers include the prompt, if it is a string and they start with the user
			found.transcript = found.prompt == "a string" && strings.HasPrefix(conversation.Beginning(record[columns.Chosen]), conversation.Human)
		}
	}
	return found, nil
}

// formKind is recordfile.KindOf, but a single turn is a list of one.
func formKind(raw json.RawMessage) string {
	if kind := recordfile.KindOf(raw); kind != "an object" {
		return kind
	}
	return "a list"
}

// textOrList refuses every other JSON type.
func textOrList(raw json.RawMessage, name string, part recordfile.Noun) error {
	if kind := formKind(raw); kind != "a string" && kind != "a list" {
		return fmt.Errorf("%s is %s; it must be a string or a list of turns", part.Of(name), kind)
	}
	return nil
}

// check compares a record's form with that of the first record.
func (f *form) check(found form) error {
	label := f.part.Of(f.columns.Chosen)
	same := fmt.Sprintf("and all %ss must have the same", f.at.Unit)
	switch {
	case f.prompt != found.prompt && found.prompt == "missing":
		return fmt.Errorf("%s is missing; %s has it, %s %ss", f.part.Of(layout.PromptName(f.columns)), f.at, same, f.part)
	case f.prompt != found.prompt:
		return fmt.Errorf("%s is %s; in %s it is %s, %s %ss", f.part.Of(layout.PromptName(f.columns)), found.prompt, f.at, f.prompt, same, f.part)
	case f.answers != found.answers:
		return fmt.Errorf("%s is %s; in %s it is %s, %s form", label, found.answers, f.at, f.answers, same)
	case f.transcript && !found.transcript:
		return fmt.Errorf("%s does not begin with %q as in %s, %s form", label, conversation.Human, f.at, same)
	}
	return nil
}

// fromForm returns the pair of a record, or the reason why there is nothing to
// learn from it.
func (c *collector) fromForm(record recordfile.Fields, f form) (pair preference.Pair, reason string, err error) {
	if err := options(record, f.part, &pair); err != nil {
		return pair, "", err
	}
	pair.Scores = c.layout.ScoresOf(record)
	if f.answers == "a list" {
		return c.conversation(record, f, pair)
	}
	if pair.Chosen, err = recordfile.Text(record[f.columns.Chosen], f.part.Of(f.columns.Chosen)); err != nil {
		return pair, "", err
	}
	if pair.Rejected, err = recordfile.Text(record[f.columns.Rejected], f.part.Of(f.columns.Rejected)); err != nil {
		return pair, "", err
	}
	switch {
	case f.transcript:
		return f.fromTranscripts(pair)
	case f.prompt == "missing" && f.columns.Label != "":
		return pair, "", fmt.Errorf("there is no prompt: %s is one text; add a %s \"prompt\", or write the whole conversation as turns", f.part.Of(f.columns.Chosen), f.part)
	case f.prompt == "missing":
		reason = splitCommonPrefix(&pair)
	default:
		pair.Prompt, err = c.promptTurns(record, f)
	}
	return pair, reason, err
}

// promptTurns decodes the prompt column: turns, a transcript, or a text by the
// user.
func (c *collector) promptTurns(record recordfile.Fields, f form) ([]preference.Turn, error) {
	switch f.prompt {
	case "a list":
		return c.turns(record[f.columns.Prompt], f.columns.Prompt)
	case "a string":
		prompt, err := recordfile.Text(record[f.columns.Prompt], f.part.Of(f.columns.Prompt))
		if strings.HasPrefix(prompt, conversation.Human) {
			return conversation.Prompt(prompt), err
		}
		return preference.User(prompt), err
	}
	return nil, nil
}

// conversation decodes answers that are lists of turns. All turns but the last
// must be the same in both; with the prompt column before them they are the
// prompt.
func (c *collector) conversation(record recordfile.Fields, f form, pair preference.Pair) (preference.Pair, string, error) {
	chosen, err := c.turns(record[f.columns.Chosen], f.columns.Chosen)
	if err != nil {
		return pair, "", err
	}
	rejected, err := c.turns(record[f.columns.Rejected], f.columns.Rejected)
	if err != nil {
		return pair, "", err
	}
	prompt, err := c.promptTurns(record, f)
	if err != nil {
		return pair, "", err
	}
	if len(chosen) == 0 || len(rejected) == 0 {
		return pair, preference.EmptyAnswer, nil
	}
	if f.prompt == "a string" && (len(chosen) > 1 || len(rejected) > 1) {
		prompt = c.textBesideTurns(prompt, chosen)
	}
	chosen, repeated := after(prompt, chosen)
	rejected, again := after(prompt, rejected)
	if repeated && again {
		c.repeated++
	}
	return pair, setAnswers(&pair, chosen, rejected), nil
}

// textBesideTurns returns what goes before answers of several turns if the
// prompt is a text: nothing if it is one of these turns, as in most published
// sets, or not the question that the first turn answers.
func (c *collector) textBesideTurns(prompt, answer []preference.Turn) []preference.Turn {
	for _, turn := range answer {
		if strings.TrimSpace(turn.Content) == strings.TrimSpace(prompt[len(prompt)-1].Content) {
			return nil
		}
	}
	if answer[0].Role == "assistant" {
		return prompt
	}
	c.stray++
	return nil
}

// after puts the prompt before an answer. Turns of the prompt that the answer
// begins with, perhaps after a system turn, come once.
func after(prompt, answer []preference.Turn) (whole []preference.Turn, repeated bool) {
	for n := min(len(prompt), len(answer)-1); n > 0; n-- {
		if slices.Equal(prompt[len(prompt)-n:], answer[:n]) {
			return append(slices.Clone(prompt), answer[n:]...), true
		}
	}
	if n := len(prompt); n > 0 && len(answer) > n+1 && answer[0].Role == "system" && slices.Equal(prompt, answer[1:n+1]) {
		return answer, true
	}
	return append(slices.Clone(prompt), answer...), false
}

// fromTranscripts splits a pair whose answers are whole transcripts: each is cut
// at its markers into turns without surrounding white space. All turns but the
// last must be the same and are the prompt; the last one is the answer.
func (f *form) fromTranscripts(pair preference.Pair) (preference.Pair, string, error) {
	if !conversation.IsTranscript(pair.Rejected) {
		return pair, "", fmt.Errorf("%s does not begin with %q as %q does", f.part.Of(f.columns.Rejected), conversation.Human, f.columns.Chosen)
	}
	reason := setAnswers(&pair, conversation.Cut(pair.Chosen), conversation.Cut(pair.Rejected))
	return pair, reason, nil
}

// setAnswers sets prompt and answers from two whole conversations, both with at
// least one turn, or returns the reason why they make no pair.
func setAnswers(p *preference.Pair, chosen, rejected []preference.Turn) (reason string) {
	c, r := len(chosen)-1, len(rejected)-1
	switch {
	case chosen[c].Role != "assistant" || rejected[r].Role != "assistant":
		return preference.NotAssistant
	case !slices.Equal(chosen[:c], rejected[:r]):
		return preference.DifferentPrompts
	}
	p.Prompt, p.Chosen, p.Rejected = chosen[:c], chosen[c].Content, rejected[r].Content
	return ""
}

// splitCommonPrefix makes the longest common prefix of both answers the prompt.
// As in TRL's extract_prompt, a space before the first difference stays with
// the answers.
func splitCommonPrefix(p *preference.Pair) (reason string) {
	if p.Chosen == p.Rejected {
		return preference.EqualAnswers
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
		return preference.DifferentPrompts
	}
	if p.Chosen[at-1] == ' ' {
		at--
	}
	p.Prompt = preference.User(p.Chosen[:at])
	p.Chosen, p.Rejected = p.Chosen[at:], p.Rejected[at:]
	return ""
}
