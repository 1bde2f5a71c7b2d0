package betastudy

import (
	"testing"
)

// The record has what docs/beta.md and notebook 03 say of it: the smallest beta is farthest from the reference, by more than the
// intervals, and each setting has an answer to each prompt.
func TestStudy(t *testing.T) {
	study, err := Read()
	if err != nil {
		t.Fatal(err)
	}
	settings := study.InGrid()
	if len(settings) != 5 {
		t.Fatalf("%d settings, want five betas", len(settings))
	}
	for i, s := range settings {
		if s.Seeds != 3 || s.Answers == nil {
			t.Errorf("%s has %d seeds and answers %v, want three and some", s.Name, s.Seeds, s.Answers)
		}
		if i > 0 && s.KL.Value >= settings[i-1].KL.Value {
			t.Errorf("%s is no nearer to the reference than %s: %g and %g nats", s.Name, settings[i-1].Name, s.KL.Value, settings[i-1].KL.Value)
		}
	}
	if loose, tight := settings[0], settings[4]; tight.KL.High >= loose.KL.Low {
		t.Errorf("the intervals of %s and %s overlap", loose.Name, tight.Name)
	}
	columns, rows := study.Table()
	if len(columns) < 3 || len(rows) != 6 {
		t.Fatalf("%d columns and %d rows of answers", len(columns), len(rows))
	}
	for _, row := range rows {
		for i, cell := range row {
			if cell == "" {
				t.Errorf("%s has no answer to %q", row[0], columns[i])
			}
		}
	}
}
