package pairfile

import (
	"encoding/json"
	"fmt"
	"slices"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/pairfile/conversation"
	"example.com/gonb-dpo/dpocore/preference/pairfile/layout"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

// before puts the turns that have separate columns before the prompt: the
// system turn first, then the history.
func (c *collector) before(record recordfile.Fields, pair *preference.Pair) error {
	if c.layout.History == "" && c.layout.System == "" {
		return nil
	}
	history, err := c.historyTurns(record[c.layout.History])
	if err != nil {
		return err
	}
	system, err := c.systemTurn(record[c.layout.System])
	if err != nil {
		return err
	}
	prompt := pair.Prompt
	if len(prompt) > 0 && prompt[0].Role == "system" && len(history)+len(system) > 0 {
		if len(system) > 0 && prompt[0] != system[0] {
			return fmt.Errorf("%s and the first turn of the prompt are different system turns; remove one", c.part.Of(c.layout.System))
		}
		system, prompt = prompt[:1], prompt[1:]
	}
	if len(system)+len(history) > 0 {
		pair.Prompt = slices.Concat(system, history, prompt)
	}
	return nil
}

// systemTurn decodes the column with the system turn; a blank one is none.
func (c *collector) systemTurn(raw json.RawMessage) ([]preference.Turn, error) {
	if c.layout.System == "" || empty(raw) {
		return nil, nil
	}
	text, err := recordfile.Text(raw, c.part.Of(c.layout.System))
	return []preference.Turn{{Role: "system", Content: text}}, err
}

// historyTurns decodes a list of earlier questions with their answers, as
// LLaMA-Factory has it, or of turns.
func (c *collector) historyTurns(raw json.RawMessage) (turns []preference.Turn, err error) {
	if c.layout.History == "" || empty(raw) {
		return nil, nil
	}
	if text := conversation.Opening(raw); text != "" {
		raw = json.RawMessage(text)
	}
	var exchanges [][]string
	if json.Unmarshal(raw, &exchanges) != nil {
		if recordfile.KindOf(raw) == "a list" {
			return c.turns(raw, c.layout.History)
		}
		return nil, fmt.Errorf("%s is %s; it must be a list of earlier exchanges, [[question, answer], …]; if it is the prompt: %s --prompt %s",
			c.part.Of(c.layout.History), recordfile.KindOf(raw), c.rest.convert, layout.Argument(c.layout.History))
	}
	for i, exchange := range exchanges {
		if len(exchange) != 2 {
			return nil, fmt.Errorf("%s has %d texts; it must have a question and its answer", c.part.Of(fmt.Sprintf("%s[%d]", c.layout.History, i)), len(exchange))
		}
		turns = append(turns, preference.Turn{Role: "user", Content: exchange[0]}, preference.Turn{Role: "assistant", Content: exchange[1]})
	}
	return turns, nil
}
