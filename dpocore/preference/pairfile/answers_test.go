package pairfile

import (
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
)

func readSingle(t *testing.T, text string) (*preference.Set, error) {
	t.Helper()
	return readAnswers(strings.NewReader(text), "answers.jsonl")
}

// Each form gives a prompt and one answer.
func TestReadAnswers(t *testing.T) {
	for form, text := range map[string]string{
		"texts":          `{"prompt": "Why?", "completion": "Because."}`,
		"turns":          `{"prompt": [{"role": "user", "content": "Why?"}], "completion": [{"role": "assistant", "content": "Because."}]}`,
		"messages":       `{"messages": [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "Because."}]}`,
		"ShareGPT":       `{"messages": [{"from": "human", "value": "Why?"}, {"from": "gpt", "value": "Because."}]}`,
		"printed turns":  `{"messages": "[{\"role\": \"user\", \"content\": \"Why?\"}, {\"role\": \"assistant\", \"content\": \"Because.\"}]"}`,
		"a list in JSON": `[{"prompt": "Why?", "completion": "Because."}]`,
		"a system turn":  `{"system": "Be kind.", "prompt": "Why?", "completion": "Because."}`,
		"a table":        "prompt,completion\nWhy?,Because.\n",
	} {
		set, err := readSingle(t, text)
		if err != nil {
			t.Errorf("%s: %v", form, err)
			continue
		}
		pair := set.Pairs[0]
		if strings.Contains(form, "system") && pair.Prompt[0] == (preference.Turn{Role: "system", Content: "Be kind."}) {
			pair.Prompt = pair.Prompt[1:]
		}
		if len(set.Pairs) != 1 || !set.Single() || pair.PromptText() != "Why?" || pair.Chosen != "Because." || pair.Rejected != "" {
			t.Errorf("%s: %+v", form, pair)
		}
	}
}

// Fields that are not used are named, weights are read, and what can teach nothing is left out.
func TestAnswersNotes(t *testing.T) {
	set, err := readSingle(t, `{"prompt": "A?", "completion": "B", "source": "x", "weight": 2}
{"prompt": "", "completion": "B"}
{"prompt": "A?", "completion": " "}
{"messages": [{"role": "user", "content": "A?"}]}
`)
	if err != nil {
		t.Fatal(err)
	}
	if want := "kept 1 pair, left out 3: 1 empty prompt, 1 empty answer, 1 answer not by the assistant"; set.Report() != want {
		t.Errorf("%q, want %q", set.Report(), want)
	}
	if notes := strings.Join(set.Notes, "; "); !strings.Contains(notes, "not used: source (in 1 of 4)") || set.Pairs[0].Weight != 2 {
		t.Errorf("notes %q, weight %g", notes, set.Pairs[0].Weight)
	}
}

func TestAnswersMistakes(t *testing.T) {
	for text, want := range map[string]string{
		`{"prompt": "A?", "chosen": "B", "rejected": "C"}`:    `dpo sft --chosen --data answers.jsonl`,
		`{"prompt": "A?", "answer": "B"}`:                     `fine-tuning needs the fields "prompt" and "completion", or "messages"`,
		"prompt,answer\nA?,B\n":                               `line 1: fine-tuning needs the columns`,
		`{"prompt": "A?", "completion": 3}`:                   `line 1: field "completion" is a number`,
		`{"messages": [{"role": "user"}]}`:                    `field "messages[0].content" is missing`,
		`{"messages": "Why? Because."}`:                       `it must be a list of turns`,
		`{"prompt": "A?", "completion": "B", "label": false}`: `field "label" may say which answers are good`,
		`{"system": "x", "messages": [{"role": "system", "content": "y"}, {"role": "user", "content": "A?"}, {"role": "assistant", "content": "B"}]}`: "different system turns",
		`{"prompt": "A?", "completion": "B", "tools": ["t"]}`:              `field "tools" has a value`,
		`{"prompt": "A?", "completion": ""}`:                               "no answer is left to learn from",
		"{\"prompt\": \"A?\", \"completion\": \"B\"}\n{\"prompt\": \"A?\"": "line 2",
	} {
		if _, err := readSingle(t, text); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "answers.jsonl") {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
