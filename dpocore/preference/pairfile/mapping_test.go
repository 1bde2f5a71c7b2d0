package pairfile

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/pairfile/layout"
	"example.com/gonb-dpo/internal/errtest"
)

func readAs(t *testing.T, content string, mapping layout.Mapping) (*preference.Set, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pairs")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return ReadAs(path, mapping)
}

// A mapping reads what the names don't tell.
func TestMapping(t *testing.T) {
	for name, test := range map[string]struct {
		content string
		mapping layout.Mapping
		want    preference.Pair
	}{
		"columns": {`{"a":"Be kind.","b":"Why?","c":"So.","d":"No."}`,
			layout.Mapping{System: "a", Prompt: []string{"b"}, Chosen: "c", Rejected: "d"}, preference.Pair{Prompt: said("system: Be kind.", "user: Why?"), Chosen: "So.", Rejected: "No."}},
		"one of two": {`{"question":"Why?","query":"x","chosen":"So.","rejected":"No."}`,
			layout.Mapping{Prompt: []string{"question"}}, preference.Pair{Prompt: user("Why?"), Chosen: "So.", Rejected: "No."}},
		"paths": {`{"instruction":"Why","input":"not?","output":["So.","No."]}`,
			layout.Mapping{Prompt: []string{"instruction", "input"}, Chosen: "output[0]", Rejected: "output[1]"}, preference.Pair{Prompt: user("Why\nnot?"), Chosen: "So.", Rejected: "No."}},
		"path in a table": {"q,answers\nWhy?,\"{\"\"good\"\": [\"\"So.\"\"], \"\"bad\"\": \"\"No.\"\"}\"\n",
			layout.Mapping{Prompt: []string{"q"}, Chosen: "answers.good[0]", Rejected: "answers.bad"}, preference.Pair{Prompt: user("Why?"), Chosen: "So.", Rejected: "No."}},
		"label": {`{"prompt":"Why?","response_0":"No.","response_1":"So.","label":1.0}`,
			layout.Mapping{Label: "label=0:response_0,1:response_1"}, preference.Pair{Prompt: user("Why?"), Chosen: "So.", Rejected: "No."}},
		"label the other way round": {`{"prompt":"Why?","response_0":"So.","response_1":"No.","label":1}`,
			layout.Mapping{Label: "label=1:response_0,0:response_1"}, preference.Pair{Prompt: user("Why?"), Chosen: "So.", Rejected: "No."}},
		"label of true and false": {`{"prompt":"Why?","x":"So.","y":"No.","first":true}`,
			layout.Mapping{Label: "first=true:x,false:y"}, preference.Pair{Prompt: user("Why?"), Chosen: "So.", Rejected: "No."}},
		"prompt cut off": {`{"prompt":"Why?","chosen":"Why? So.","rejected":"Why?\nNo."}`,
			layout.Mapping{CutPrompt: true}, preference.Pair{Prompt: user("Why?"), Chosen: "So.", Rejected: "No."}},
		"tools dropped": {`{"prompt":"Why?","chosen":"So.","rejected":"No.","tools":[{}, 1]}`,
			layout.Mapping{Drop: []string{"tools"}}, preference.Pair{Prompt: user("Why?"), Chosen: "So.", Rejected: "No."}},
	} {
		t.Run(name, func(t *testing.T) {
			set, err := readAs(t, test.content, test.mapping)
			if err != nil {
				t.Fatal(err)
			}
			got := preference.Pair{Prompt: set.Pairs[0].Prompt, Chosen: set.Pairs[0].Chosen, Rejected: set.Pairs[0].Rejected}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestMappingMistakes(t *testing.T) {
	for want, mapping := range map[string]layout.Mapping{
		`there is no field "c"; the fields are prompt, a, b, label`:    {Chosen: "c", Rejected: "a"},
		`the label is "label"; write COLUMN=VALUE:ANSWER,VALUE:ANSWER`: {Label: "label"},
		`each answer needs a different value`:                          {Label: "label=1:a,1:b"},
		`field "label" is "2"; the values known are 0 for "a"`:         {Label: "label=0:a,1:b"},
		`field "label[0]" is missing`:                                  {Label: "label[0]=0:a,1:b"},
		`field "a.x" is missing`:                                       {Chosen: "a.x", Rejected: "b"},
	} {
		_, err := readAs(t, `{"prompt":"Why?","a":"So.","b":"No.","label":2}`, mapping)
		errtest.Contains(t, err, want)
	}
}

// Ties are counted, and none of their answers is chosen.
func TestTies(t *testing.T) {
	record := `{"prompt":"Why?","response_a":"So.","response_b":"No.","winner":%}` + "\n"
	var content strings.Builder
	for _, value := range []string{`"tie"`, `"tie (bothbad)"`, `null`, `""`, `"model_a"`, `"B"`} {
		content.WriteString(strings.Replace(record, "%", value, 1))
	}
	set, err := Read(strings.NewReader(content.String()), "pairs")
	if err != nil || set.Report() != "kept 2 pairs, left out 4: 4 ties" || set.Pairs[0].Chosen != "So." || set.Pairs[1].Chosen != "No." {
		t.Errorf("%s, %+v, %v", set.Report(), set.Pairs, err)
	}
}

// Scores are read beside the answers, from any of their usual names.
func TestScores(t *testing.T) {
	for _, content := range []string{
		`{"prompt":"Why?","chosen":"So.","rejected":"No.","score_chosen":2,"score_rejected":-1.5}`,
		"prompt,chosen,rejected,chosen-rating,rejected-rating\nWhy?,So.,No.,2,-1.5\n",
	} {
		set, err := Read(strings.NewReader(content), "pairs")
		if err != nil || set.Pairs[0].Scores == nil || *set.Pairs[0].Scores != [2]float64{2, -1.5} {
			t.Errorf("%s: %+v, %v", content, set, err)
		}
	}
	for _, score := range []string{`null`, `"high"`, `"NaN"`} {
		set, err := Read(strings.NewReader(`{"prompt":"Why?","chosen":"So.","rejected":"No.","score_chosen":2,"score_rejected":`+score+`}`), "pairs")
		if err != nil || set.Pairs[0].Scores != nil {
			t.Errorf("%s: %+v, %v", score, set, err)
		}
	}
}

// Everything of a pair is written, turns and all, and read again.
func TestWrittenTurnsAreRead(t *testing.T) {
	pair := preference.Pair{Prompt: said("system: Be kind.", "user: Hi", "assistant: Hello!", "user: \n\nHuman: why?"), Chosen: "[]", Rejected: "\n\nHuman: no",
		Objective: "tone", Weight: 0.5, Scores: &[2]float64{1, 0}, Unit: "line"}
	pair.Source = filepath.Join(t.TempDir(), "pairs.jsonl")
	for _, write := range []func(string, []preference.Pair) error{WriteFile, WriteTurns} {
		if err := write(pair.Source, []preference.Pair{pair}); err != nil {
			t.Fatal(err)
		}
		set, err := ReadFile(pair.Source)
		if err != nil || !reflect.DeepEqual(set.Pairs, []preference.Pair{pair}) {
			t.Errorf("got %+v, %v\nwant %+v", set, err, pair)
		}
	}
}

// Weights that differ are said to count in the loss; a pair of weight 0 would add nothing and is left out.
// Fields of later records that the first one does not have are read, or refused where they would change what it means; fields that
// are dropped are not.
func TestFieldsOfLaterRecords(t *testing.T) {
	const first, later = `{"prompt":"A?","chosen":"a","rejected":"b"}` + "\n", `{"prompt":"B?","chosen":"a","rejected":"b","system":"Be kind.","history":[["q","r"]],"weight":3}`
	for drop, want := range map[string]string{"": "system user assistant user 3", "system": "user assistant user 3", "history": "system user 3", "weight": "system user assistant user 1"} {
		set, err := read(strings.NewReader(first+later), "pairs", layout.Mapping{Drop: []string{drop}})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, turn := range set.Pairs[1].Prompt {
			got += turn.Role + " "
		}
		if got += fmt.Sprint(set.Pairs[1].LossWeight()); got != want {
			t.Errorf("without %q: %s, want %s", drop, got, want)
		}
	}
	_, err := Read(strings.NewReader(first+strings.Replace(later, "system", "system_prompt", 1)), "pairs")
	if want := `field "system_prompt" has a value, which would be left out`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %s", err, want)
	}
	_, err = Read(strings.NewReader(strings.ReplaceAll(first+strings.Replace(later, "system", "input", 1), "prompt", "instruction")), "pairs")
	if want := `pairs, line 2: field "input" has a value, which would be left out of the prompt, because the first record has no such field; give that one an empty "input"`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestWeightsOfNoUse(t *testing.T) {
	for weight, want := range map[string]string{"0": `give pairs to train on a "weight" above 0`, "1e308": "it must be a number from 0 to 1e+30"} {
		_, err := Read(strings.NewReader(`{"prompt":"A?","chosen":"a","rejected":"b","weight":`+weight+`}`), "pairs")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", weight, err, want)
		}
	}
}

func TestWeights(t *testing.T) {
	weighted := func(list ...string) string {
		text := ""
		for _, weight := range list {
			text += `{"prompt":"Why?","chosen":"a","rejected":"b","weight":` + weight + "}\n"
		}
		return text
	}
	for _, c := range []struct {
		weights []string
		note    string
		pairs   int
	}{
		{[]string{"0.5", "null", "0"}, `the "weight" of pairs is 0.5 to 1: in training, the loss of a pair counts in proportion to it, that of 1 pair without one as 1; evaluations count all pairs the same`, 2},
		{[]string{"2", "2"}, "", 2},
	} {
		set, err := Read(strings.NewReader(weighted(c.weights...)), "pairs")
		if err != nil || strings.Join(set.Notes, "") != c.note || len(set.Pairs) != c.pairs {
			t.Errorf("%v: %d pairs, %q, %v, want %q", c.weights, len(set.Pairs), set.Notes, err, c.note)
		}
		if left := len(c.weights) - c.pairs; left > 0 && !strings.Contains(set.Report(), "left out 1: 1 weight of 0") {
			t.Errorf("%v: %s", c.weights, set.Report())
		}
	}
}
