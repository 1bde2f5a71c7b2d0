package gonbext

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/gonbext/internal/measure"
)

// An evaluation says which pairs it left out, and keeps the win rate that was measured before.
func TestEvaluateNotesWhatIsLeftOut(t *testing.T) {
	useTinyModel(t)
	printing(t)
	c := shortConfig()
	c.MaxSteps, c.MaxLength, c.SampleSteps = 1, 64, 0
	p, err := load(t.Context(), pairFile(t, numbered(8)...))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "run")
	if err := trainRun(t.Context(), dir, c, p); err != nil {
		t.Fatal(err)
	}
	long := fmt.Sprintf(`{"prompt": %q, "chosen": "Yes.", "rejected": "No."}`, strings.Repeat("Why? ", 100))
	evaluated, err := load(t.Context(), pairFile(t, append(numbered(3), long)...))
	if err != nil {
		t.Fatal(err)
	}
	earlier := evaluation.Report{Answers: &evaluation.AnswerReport{}, WinRate: &evaluation.WinRate{}}
	if err := earlier.Write(dir); err != nil {
		t.Fatal(err)
	}
	e, err := measure.Evaluate(t.Context(), dir, evaluated.set, func(string, ...any) {})
	if err != nil {
		t.Fatal(err)
	}
	if want := "left out 1 pair whose prompt alone fills 64 tokens"; len(e.Pairs) != 3 || !strings.Contains(e.Notes.Text(), want) {
		t.Errorf("%d pairs, notes %q lack %q", len(e.Pairs), e.Notes.Text(), want)
	}
	if e.Report.Answers == nil || e.Report.WinRate == nil {
		t.Error("the win rate measured before is lost")
	}
}
