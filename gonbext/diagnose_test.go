package gonbext

import (
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/diagnose"
)

func TestDiagnosisIsShown(t *testing.T) {
	found := diagnose.Diagnosis{{Question: "Is it learning?", Findings: []diagnose.Finding{
		{Rule: "a", Mark: diagnose.Wrong, Cause: "It is <not>:", Evidence: "0 of 3.", Remedy: "Look again."},
		{Rule: "b", Mark: diagnose.Good, Cause: "All else is well."},
	}}}
	html := string(diagnosis{found}.HTML())
	for _, want := range []string{"✗", "It is &lt;not&gt;:", "0 of 3.", "Look again.", "Is it learning?", "Something is wrong", "dpo-note"} {
		if !strings.Contains(html, want) {
			t.Errorf("no %q in %s", want, html)
		}
	}
	short := complaints{"run", found.Complaints(), false}
	if text := short.Text(); !strings.Contains(text, "It is <not>: 0 of 3. → Look again.") || strings.Contains(text, "All else") {
		t.Errorf("at the run's end: %s", text)
	}
	if text := (complaints{dir: "run"}).Text(); !strings.Contains(text, `gonbext.Diagnose("run")`) {
		t.Errorf("of a sound run: %s", text)
	}
	if got := (diagnosis{}).verdict(); got.kind != doneBox {
		t.Errorf("nothing found: %+v", got)
	}
}
