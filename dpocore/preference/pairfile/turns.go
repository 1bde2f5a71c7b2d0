package pairfile

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

// turns decodes a list of {"role", "content"} objects in a named field of a
// record.
func turns(raw json.RawMessage, name string, part recordfile.Noun) ([]preference.Turn, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("%s is %s; it must be a list of turns", part.Of(name), recordfile.KindOf(raw))
	}
	result := make([]preference.Turn, len(list))
	for i, item := range list {
		at := fmt.Sprintf("%s[%d]", name, i)
		var turn recordfile.Fields
		if recordfile.KindOf(item) != "an object" || json.Unmarshal(item, &turn) != nil {
			return nil, fmt.Errorf("%s is %s; a turn is an object with \"role\" and \"content\"", part.Of(at), recordfile.KindOf(item))
		}
		var err error
		if result[i], err = oneTurn(turn, at, part); err != nil {
			return nil, err
		}
	}
	return result, nil
}

var roles = []string{"system", "user", "assistant"}

// oneTurn decodes the turn at a path such as "chosen[1]".
func oneTurn(record recordfile.Fields, at string, part recordfile.Noun) (turn preference.Turn, err error) {
	for _, key := range []string{"role", "content"} {
		if record[key] == nil {
			return turn, fmt.Errorf("%s is missing; a turn has \"role\" and \"content\"", part.Of(at+"."+key))
		}
	}
	if turn.Role, err = recordfile.Text(record["role"], part.Of(at+".role")); err != nil {
		return turn, err
	}
	known := slices.Index(roles, turn.Role)
	if known < 0 {
		return turn, fmt.Errorf("%s is %q; roles are system, user and assistant", part.Of(at+".role"), turn.Role)
	}
	turn.Role = roles[known] // share one string
	turn.Content, err = recordfile.Text(record["content"], part.Of(at+".content"))
	return turn, err
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
		if err != nil || into.Weight < 0 || math.IsInf(into.Weight, 0) {
			return fmt.Errorf("%s is %s; it must be a number of at least 0", part.Of("weight"), raw)
		}
	}
	return nil
}
