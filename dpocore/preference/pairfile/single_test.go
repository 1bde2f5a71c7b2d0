package pairfile

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
)

// Each form of a good and a bad answer with a label gives two single answers.
func TestLabels(t *testing.T) {
	for form, text := range map[string]string{
		"TRL": `{"prompt": "Why?", "completion": "So.", "label": true}
{"prompt": "Why?", "completion": "No.", "label": false}`,
		"TRL, turns": `{"prompt": [{"role": "user", "content": "Why?"}], "completion": [{"role": "assistant", "content": "So."}], "label": true}
{"prompt": [{"role": "user", "content": "Why?"}], "completion": [{"role": "assistant", "content": "No."}], "label": false}`,
		"LLaMA-Factory, alpaca": `{"instruction": "Why?", "input": "", "output": "So.", "kto_tag": true}
{"instruction": "Why?", "input": "", "output": "No.", "kto_tag": false}`,
		"LLaMA-Factory, sharegpt": `{"messages": [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}], "label": true}
{"messages": [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "No."}], "label": false}`,
		"numbers": `{"question": "Why?", "answer": "So.", "label": 1}
{"question": "Why?", "answer": "No.", "label": -1}`,
		"a table":         "prompt,response,feedback\nWhy?,So.,thumbs up\nWhy?,No.,thumbs down\n",
		"a list":          `[{"prompt": "Why?", "completion": "So.", "label": "👍"}, {"prompt": "Why?", "completion": "No.", "label": "👎"}]`,
		"beside a column": `{"prompt": "Why?", "completion": "So.", "label": "good", "id": 1}` + "\n" + `{"prompt": "Why?", "completion": "No.", "label": "bad", "id": 2}`,
	} {
		set, err := Read(strings.NewReader(text), "answers")
		if err != nil || len(set.Pairs) != 2 || !set.Single() {
			t.Errorf("%s: %v, %+v", form, err, set)
			continue
		}
		good, bad := set.Pairs[0], set.Pairs[1]
		if good.PromptText() != "Why?" || good.Chosen != "So." || good.Rejected != "" || bad.PromptText() != "Why?" || bad.Chosen != "" || bad.Rejected != "No." || !bad.Single {
			t.Errorf("%s: %+v and %+v", form, good, bad)
		}
		if note, standard := set.Columns.Note(), strings.HasPrefix(form, "TRL") || form == "a list"; (note == "") != standard {
			t.Errorf("%s: the note on the columns is %q", form, note)
		}
	}
}

// Labels that can't be read, or not in one way only, are refused at their place.
func TestLabelMistakes(t *testing.T) {
	const good = `{"prompt": "Why?", "completion": "So.", "label": true}` + "\n"
	for text, want := range map[string]string{
		good + `{"prompt": "Why?", "completion": "No."}`:                                                            `answers, line 2: field "label" is missing`,
		good + `{"prompt": "Why?", "completion": "No.", "label": null}`:                                             `answers, line 2: field "label" is missing`,
		good + `{"prompt": "Why?", "completion": "No.", "label": 4}`:                                                `answers, line 2: field "label" is "4"; write true for a good answer and false for a bad one`,
		good + `{"prompt": "Why?", "completion": "No.", "label": "meh"}`:                                            `is "meh"`,
		good + `{"prompt": "Why?", "completion": " ", "label": false}`:                                              "",
		`{"completion": "No.", "label": false}`:                                                                     `there is no prompt: field "completion" is one text`,
		`{"prompt": "a", "completion": "b", "label": 1, "kto_tag": true}`:                                           `could each say whether an answer is good`,
		`{"prompt": "a", "completion": "b", "label": 0}` + "\n" + `{"prompt": "a", "completion": "c", "label": -1}`: "one of the two may mean neither good nor bad",
	} {
		set, err := Read(strings.NewReader(text), "answers")
		if want == "" {
			if err != nil || set.Report() != "kept 1 pair, left out 1: 1 empty answer" {
				t.Errorf("%s: %v", text, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: the error is %v, want %q", text, err, want)
		}
	}
}

// Single answers are written as they are read.
func TestWriteLabels(t *testing.T) {
	file := filepath.Join(t.TempDir(), "answers.jsonl")
	pairs := []preference.Pair{{Prompt: preference.User("Why?"), Chosen: "So.", Single: true}, {Prompt: preference.User("Why?"), Rejected: "No.", Single: true}}
	for _, write := range []func(string, []preference.Pair) error{WriteFile, WriteTurns} {
		if err := write(file, pairs); err != nil {
			t.Fatal(err)
		}
		set, err := ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(set.Pairs, pairs, func(a, b preference.Pair) bool {
			return a.PromptText() == b.PromptText() && a.Chosen == b.Chosen && a.Rejected == b.Rejected && a.Single
		}) {
			t.Errorf("read %+v", set.Pairs)
		}
	}
}
