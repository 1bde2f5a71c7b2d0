package views

import (
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/diagnose"
	"example.com/gonb-dpo/gonbext/internal/output"
)

func TestDiagnosisIsShown(t *testing.T) {
	found := diagnose.Diagnosis{{Question: "Is it learning?", Findings: []diagnose.Finding{
		{Rule: "a", Mark: diagnose.Problem, Cause: "It is <not>:", Evidence: "0 of 3.", Remedy: "Look again."},
		{Rule: "b", Mark: diagnose.Good, Cause: "All else is well."},
	}}}
	html := string(Diagnosis{found}.HTML())
	for _, want := range []string{"✗", "It is &lt;not&gt;:", "0 of 3.", "Look again.", "Is it learning?", "Something is wrong", "dpo-note"} {
		if !strings.Contains(html, want) {
			t.Errorf("no %q in %s", want, html)
		}
	}
	short := Complaints{"run", found.Actionable(), false}
	if text := short.Text(); !strings.Contains(text, "It is <not>: 0 of 3. → Look again.") || strings.Contains(text, "All else") {
		t.Errorf("at the end of the run: %s", text)
	}
	if text := (Complaints{dir: "run"}).Text(); !strings.Contains(text, `gonbext.Diagnose("run")`) {
		t.Errorf("of a good run: %s", text)
	}
	if got := (Diagnosis{}).verdict(); got.Kind != output.Done {
		t.Errorf("nothing found: %+v", got)
	}
}
