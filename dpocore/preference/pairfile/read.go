// Package pairfile reads preference pairs from files.
//
// [ReadFile] reads JSON Lines (one JSON object per line), JSON (a list of
// objects, by itself or under one key of an object), CSV, TSV and Parquet,
// gzipped or not. The format is detected by the content. A pair is an object,
// or a row, in one of these forms; all pairs of a file must have the form of
// the first:
//
//	{"prompt": "Why?", "chosen": "Because …", "rejected": "Dunno."}
//	{"chosen": "Why? Because …", "rejected": "Why? Dunno."}
//	{"chosen": "\n\nHuman: Why?\n\nAssistant: Because …", "rejected": "\n\nHuman: Why?\n\nAssistant: Dunno."}
//	{"prompt": [turns], "chosen": [turns], "rejected": [turns]}
//	{"chosen": [turns], "rejected": [turns]}
//	{"prompt": "Why?", "completion": "Because …", "label": true}
//
// where a turn is {"role": "user", "content": "Why?"}; a CSV column has turns
// as JSON text. A prompt may also be a transcript. The last form is a single
// answer that is good or bad, in all forms that answers of pairs have. Two more fields are
// optional: "objective", a word to group pairs by, and "weight", how much the
// pair's loss counts in training.
//
// A column named prompt, chosen or rejected is always used. If one is missing,
// a column with another common name is used instead (question for prompt,
// preferred for chosen, loser for rejected, and so on), if there is only one. A
// misspelled name is an error.
package pairfile

import (
	"fmt"
	"io"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/pairfile/layout"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

// ReadFile reads the pairs of a file.
//
// A broken record (not of the format, a column missing or of the wrong type,
// not UTF-8, a NUL byte) is an error that names the file, the 1-based line,
// element or row, and the column. A well-formed pair that can teach nothing is
// left out and listed in Skipped. It is an error if no pair is left.
//
// While reading, memory holds a buffer, the current record and the pairs
// without their longer texts, which are moved to memory-mapped files. A record
// can be at most 64 MiB long.
func ReadFile(path string) (*preference.Set, error) { return ReadAs(path, layout.Mapping{}) }

// Read is ReadFile for any reader; source is its name in errors and pairs.
func Read(r io.Reader, source string) (*preference.Set, error) {
	return read(r, source, layout.Mapping{})
}

// ReadAs is ReadFile for a file whose columns are named by a mapping.
func ReadAs(path string, mapping layout.Mapping) (*preference.Set, error) {
	file, err := recordfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return read(file, path, mapping)
}

// readNamed is ReadFile for a file that errors and pairs call shown.
func readNamed(path, shown string) (*preference.Set, error) {
	file, err := recordfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return read(file, shown, layout.Mapping{})
}

func read(r io.Reader, source string, mapping layout.Mapping) (*preference.Set, error) {
	set := &preference.Set{Source: source}
	collected := &collector{set: set, mapping: mapping}
	if err := recordfile.Read(r, collected); err != nil {
		return nil, fmt.Errorf("%s%w", source, err)
	}
	if len(set.Pairs) == 0 && len(set.Skipped) == 0 {
		return nil, fmt.Errorf("%s: the file can be read, but holds no pair; write pairs into it, or give another file", source)
	}
	if len(set.Pairs) == 0 && set.Skipped[0].Reason == preference.NoWeight {
		return nil, fmt.Errorf("%s: no pair is left to learn from (%s); give pairs to train on a \"weight\" above 0", source, set.Report())
	}
	if len(set.Pairs) == 0 {
		return nil, fmt.Errorf("%s: no pair is left to learn from (%s); check that every pair has a prompt, and that %q and %q answer it differently",
			source, set.Report(), set.Columns.Chosen, set.Columns.Rejected)
	}
	collected.finish()
	return set, nil
}
