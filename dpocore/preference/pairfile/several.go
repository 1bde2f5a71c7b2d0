package pairfile

import (
	"encoding/json"
	"fmt"
	"maps"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/pairfile/conversation"
	"example.com/gonb-dpo/dpocore/preference/pairfile/layout"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
	"example.com/gonb-dpo/internal/wording"
)

// several returns the records that a record stands for, each with one chosen and one rejected answer. A list of rejected answers
// makes a pair of each with the chosen one; lists of as many prompts as answers are the turns of two conversations.
func (c *collector) several(record recordfile.Fields, columns preference.Columns) ([]recordfile.Fields, error) {
	if done, err := c.exchanges(record, columns); done || err != nil {
		return []recordfile.Fields{record}, err
	}
	chosen, rejected := answersIn(record[columns.Chosen]), answersIn(record[columns.Rejected])
	switch {
	case len(chosen) > 1:
		return nil, fmt.Errorf("%s has %s, and which of them is better than which of %q can be read in several ways, such as the first with the first or each with each; write one pair per %s, or choose two: %s --chosen %s --rejected %s",
			c.part.Of(columns.Chosen), wording.Count(len(chosen), "answer"), columns.Rejected, recordOf(c.part), c.rest.convert,
			layout.Argument(columns.Chosen+"[0]"), layout.Argument(columns.Rejected+"[0]"))
	case len(chosen) == 1 && (len(rejected) > 0 || recordfile.KindOf(chosen[0]) == recordfile.KindOf(record[columns.Rejected])):
		record[columns.Chosen] = chosen[0]
	}
	if len(rejected) == 0 {
		return []recordfile.Fields{record}, nil
	}
	if len(rejected) > 1 {
		c.lists++
	}
	var records []recordfile.Fields
	for _, answer := range rejected {
		one := maps.Clone(record)
		one[columns.Rejected] = answer
		records = append(records, one)
	}
	return records, nil
}

func recordOf(part recordfile.Noun) string {
	if part == recordfile.Column {
		return "row"
	}
	return "record"
}

// answersIn returns the answers of a list of texts, or of lists of turns; nil for anything else.
func answersIn(raw json.RawMessage) (answers []json.RawMessage) {
	var list []json.RawMessage
	if recordfile.KindOf(raw) != "a list" || json.Unmarshal(raw, &list) != nil || len(list) == 0 {
		return nil
	}
	for _, item := range list {
		if kind := recordfile.KindOf(item); kind != "a string" && kind != "a list" || kind != recordfile.KindOf(list[0]) {
			return nil
		}
	}
	return list
}

// exchanges replaces lists of texts by turns, if the prompt and both answers are such lists of the same length: the n-th answers are to
// the n-th prompt, as in the arena data of LMSYS on Kaggle. In a table the lists are JSON.
func (c *collector) exchanges(record recordfile.Fields, columns preference.Columns) (done bool, err error) {
	prompts, isList := conversation.Texts(record[columns.Prompt])
	if !isList {
		return false, nil
	}
	if c.part == recordfile.Field && recordfile.KindOf(record[columns.Prompt]) == "a list" {
		return false, fmt.Errorf("%s is a list of texts: either each is the prompt of another pair, or they are the turns of one conversation; write one pair per line, with texts or with turns that have \"role\" and \"content\"",
			c.part.Of(columns.Prompt))
	}
	for _, name := range []string{columns.Chosen, columns.Rejected} {
		answers, isList := conversation.Texts(record[name])
		if !isList {
			return false, nil
		}
		if len(answers) != len(prompts) {
			return false, fmt.Errorf("%s has %s and %q %s; each prompt needs its answer", c.part.Of(name), wording.Count(len(answers), "text"), columns.Prompt, wording.Count(len(prompts), "text"))
		}
		var turns []writtenTurn
		for i, prompt := range prompts[1:] {
			turns = append(turns, writtenTurn{"assistant", answers[i]}, writtenTurn{"user", prompt})
		}
		if record[name], err = json.Marshal(append(turns, writtenTurn{"assistant", answers[len(answers)-1]})); err != nil {
			return false, err
		}
	}
	record[columns.Prompt], err = json.Marshal([]writtenTurn{{"user", prompts[0]}})
	return true, err
}
