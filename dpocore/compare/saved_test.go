package compare

import "testing"

// TestCompareOfDates: answers to prompts with another date are not those of this comparison.
func TestCompareOfDates(t *testing.T) {
	dir := t.TempDir()
	saved := savedAnswers{Date: "2020-01-31", Answers: []savedAnswer{{Prompt: "Why?"}}}
	if err := saved.write(dir, []Reply{{"a", true}}, []Reply{{"b", true}}); err != nil {
		t.Fatal(err)
	}
	want := savedAnswers{Date: "2020-01-31", Answers: []savedAnswer{{Prompt: "Why?"}}}
	if base, ofRun, ok := readSaved(dir, want); !ok || base[0].Text != "a" || ofRun[0].Text != "b" {
		t.Errorf("of the same date: %v %v %v", base, ofRun, ok)
	}
	want.Date = "2020-02-01"
	if _, _, ok := readSaved(dir, want); ok {
		t.Error("answers of another date were used")
	}
}
