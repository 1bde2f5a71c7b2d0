package preference

import (
	"embed"
	"fmt"
)

//go:embed builtin/*.jsonl
var builtinFiles embed.FS

// builtinObjectives name the files of the built-in set, in their order.
var builtinObjectives = []string{"helpfulness", "harmlessness", "truthfulness"}

// heldOutEvery is the distance of the built-in pairs that are held out: the
// 5th, 10th, 15th line of each file.
const heldOutEvery = 5

// Builtin returns the pairs written for this module, with the fifth of them
// that is held out for evaluation. Their Source is "builtin", and Line counts
// through the files on helpfulness, harmlessness and truthfulness as if they
// were one.
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
	return Read(file, name)
}
