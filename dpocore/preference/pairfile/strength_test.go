package pairfile

import (
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
)

// TestStrengths: in HelpSteer2 and HelpSteer3 the sign of a column says which answer is better; 0 is a tie.
func TestStrengths(t *testing.T) {
	line := func(strength string) string {
		return `{"prompt":"Why?","response_1":"one","response_2":"two","preference_strength":` + strength + "}\n"
	}
	set, err := Read(strings.NewReader(line("-3")+line("1")+line("0")+line("2.0")), "pairs")
	if err != nil {
		t.Fatal(err)
	}
	var chosen []string
	for _, pair := range set.Pairs {
		chosen = append(chosen, pair.Chosen)
	}
	if strings.Join(chosen, " ") != "one two two" || len(set.Skipped) != 1 || set.Skipped[0].Reason != preference.Tie {
		t.Errorf("chosen %v, left out %v", chosen, set.Skipped)
	}
	if _, err := Read(strings.NewReader(line("7")), "pairs"); err == nil || !strings.Contains(err.Error(), `is "7"; the values known are -3, -2 or -1 for "response_1"`) {
		t.Errorf("a strength of 7: %v", err)
	}
}

// TestLabelledWithoutPrompt: answers with a label, and a prompt under an unknown name, are refused; the words that the answers
// happen to begin with were taken for the prompt.
func TestLabelledWithoutPrompt(t *testing.T) {
	for _, c := range []struct{ text, column string }{
		{`{"task_text":"Tell me why the sky is blue","response_a":"The sky is far.","response_b":"The sky is blue.","winner":"b"}`, "task_text"},
		{`{"context":[{"role":"user","content":"Why?"}],"response1":"The sky.","response2":"The sea.","overall_preference":2}`, "context"},
	} {
		want := `no field is named "prompt"; if "` + c.column + `" is the prompt: dpo data convert pairs --out converted.jsonl --prompt ` + c.column
		if _, err := Read(strings.NewReader(c.text), "pairs"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
