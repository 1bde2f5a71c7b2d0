package preference

import (
	"embed"
	"encoding/json"
	"fmt"
)

//go:embed builtin/*.jsonl
var builtinFiles embed.FS

// builtinObjectives are the names of the built-in files, in order.
var builtinObjectives = []string{"helpfulness", "harmlessness", "truthfulness"}

// heldOutEvery determines which built-in pairs are held out: the 5th, 10th, 15th
// line of each file.
const heldOutEvery = 5

// Builtin returns the pairs written for this module. One in five is held out
// for evaluation. Source is "builtin", and Line counts through the files on
// helpfulness, harmlessness and truthfulness as if they were one file.
func Builtin() (train, heldOut *Set, err error) {
	train, heldOut = &Set{Source: "builtin"}, &Set{Source: "builtin"}
	offset := 0
	for _, objective := range builtinObjectives {
		set, err := readBuiltin(objective)
		if err != nil {
			return nil, nil, err
		}
		train.Columns, heldOut.Columns = set.Columns, set.Columns
		lines := 0
		for _, pair := range set.Pairs {
			side := train
			if (pair.Line+1)%heldOutEvery == 0 {
				side = heldOut
			}
			lines = pair.Line + 1
			pair.Source, pair.Line = "builtin", offset+pair.Line
			side.Pairs = append(side.Pairs, pair)
		}
		for _, skip := range set.Skipped {
			lines = max(lines, skip.Line+1)
			train.Skipped = append(train.Skipped, Skip{Line: offset + skip.Line, Reason: skip.Reason})
		}
		offset += lines
	}
	return train, heldOut, nil
}

// readBuiltin reads one file of the built-in set.
func readBuiltin(objective string) (*Set, error) {
	name := "builtin/" + objective + ".jsonl"
	file, err := builtinFiles.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read the built-in pairs: %w", err)
	}
	defer file.Close()
	set := &Set{Source: name, Columns: Columns{Prompt: "prompt", Chosen: "chosen", Rejected: "rejected"}}
	decoder := json.NewDecoder(file)
	for line := 0; decoder.More(); line++ {
		var record struct{ Prompt, Chosen, Rejected, Objective string }
		if err := decoder.Decode(&record); err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", name, line+1, err)
		}
		set.Add(Pair{Prompt: User(record.Prompt), Chosen: record.Chosen, Rejected: record.Rejected, Source: name,
			Line: line, Unit: UnitLine, Objective: record.Objective, Weight: 1}, "")
	}
	return set, nil
}
