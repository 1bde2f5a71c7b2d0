package pairfile

import (
	"encoding/json"
	"fmt"
	"slices"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

// turns decodes a list of turns, or a single one, in a named field of a record.
func (c *collector) turns(raw json.RawMessage, name string) ([]preference.Turn, error) {
	if recordfile.KindOf(raw) == "an object" {
		turn, err := c.turn(raw, name)
		return []preference.Turn{turn}, err
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("%s is %s; it must be a list of turns", c.part.Of(name), recordfile.KindOf(raw))
	}
	result := make([]preference.Turn, len(list))
	for i, item := range list {
		var err error
		if result[i], err = c.turn(item, fmt.Sprintf("%s[%d]", name, i)); err != nil {
			return nil, err
		}
	}
	return result, nil
}

var roles = []string{"system", "user", "assistant"}

// developer is OpenAI's newer name for the role system, which the chat templates of other models don't know.
const developer = "developer"

// speakers are the roles of ShareGPT's "from".
var speakers = map[string]string{
	"system": "system", "human": "user", "user": "user",
	"gpt": "assistant", "assistant": "assistant", "chatgpt": "assistant", "bot": "assistant", "model": "assistant",
}

// turn decodes the turn at a path such as "chosen[1]": an object with "role"
// and "content", or with "from" and "value" as in ShareGPT.
func (c *collector) turn(raw json.RawMessage, at string) (turn preference.Turn, err error) {
	var record recordfile.Fields
	if recordfile.KindOf(raw) != "an object" || json.Unmarshal(raw, &record) != nil {
		return turn, fmt.Errorf("%s is %s; a turn is an object with \"role\" and \"content\"", c.part.Of(at), recordfile.KindOf(raw))
	}
	role, content := "role", "content"
	if record[role] == nil && record["from"] != nil {
		role, content = "from", "value"
	}
	if record[role] == nil {
		return turn, fmt.Errorf("%s is missing; a turn has \"role\" and \"content\"", c.part.Of(at+"."+role))
	}
	if turn.Role, err = recordfile.Text(record[role], c.part.Of(at+"."+role)); err != nil {
		return turn, err
	}
	if turn.Role == developer {
		c.developers++
	}
	if turn.Role, err = knownRole(turn.Role, role, c.part.Of(at+"."+role)); err != nil {
		return turn, err
	}
	if err := c.rest.turn(record, at, role, content); err != nil {
		return turn, err
	}
	if record[content] == nil {
		return turn, fmt.Errorf("%s is missing; a turn has %q and %q", c.part.Of(at+"."+content), role, content)
	}
	turn.Content, err = c.content(record[content], at+"."+content)
	return turn, err
}

// knownRole returns one of the three roles. label is the name of the field.
func knownRole(name, field, label string) (string, error) {
	switch name {
	case developer:
		return roles[0], nil
	case "tool", "function", "ipython", "observation", "function_call":
		return "", fmt.Errorf("%s is %q; %s", label, name, noTools)
	}
	if field == "from" {
		if role, ok := speakers[name]; ok {
			return role, nil
		}
		return "", fmt.Errorf("%s is %q; speakers are system, human and gpt", label, name)
	}
	known := slices.Index(roles, name)
	if known < 0 {
		return "", fmt.Errorf("%s is %q; roles are system, user and assistant", label, name)
	}
	return roles[known], nil // share one string
}

// content decodes the text of a turn, which may be a list with one part of
// type text.
func (c *collector) content(raw json.RawMessage, at string) (string, error) {
	var parts []struct {
		Type string
		Text json.RawMessage
	}
	if recordfile.KindOf(raw) != "a list" || json.Unmarshal(raw, &parts) != nil || len(parts) == 0 {
		return recordfile.Text(raw, c.part.Of(at))
	}
	for i, part := range parts {
		if part.Type != "text" {
			return "", fmt.Errorf("%s is a part of type %q; models are trained on text here: leave out the pairs with other parts", c.part.Of(fmt.Sprintf("%s[%d]", at, i)), part.Type)
		}
	}
	if len(parts) > 1 {
		return "", fmt.Errorf("%s has %d text parts, and chat templates differ in how they join them; write one text", c.part.Of(at), len(parts))
	}
	return recordfile.Text(parts[0].Text, c.part.Of(at+"[0].text"))
}

// options decodes the two optional fields.
func options(record recordfile.Fields, part recordfile.Noun, into *preference.Pair) error {
	into.Weight = 1
	if raw, ok := record["objective"]; ok && recordfile.KindOf(raw) != "null" {
		var err error
		if into.Objective, err = recordfile.Text(raw, part.Of("objective")); err != nil {
			return err
		}
	}
	if raw, ok := record["weight"]; ok && recordfile.KindOf(raw) != "null" {
		if recordfile.KindOf(raw) != "a number" {
			return fmt.Errorf("%s is %s; it must be a number", part.Of("weight"), recordfile.KindOf(raw))
		}
		err := json.Unmarshal(raw, &into.Weight)
		if err != nil || into.Weight < 0 || into.Weight > maxWeight {
			return fmt.Errorf("%s is %s; it must be a number from 0 to %g", part.Of("weight"), raw, float64(maxWeight))
		}
	}
	return nil
}
