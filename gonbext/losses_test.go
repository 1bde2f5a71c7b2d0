package gonbext

import (
	"os"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/gonbext/internal/cell"
)

// Without names the usual losses are drawn, with names those. What can't be drawn is an error.
func TestLosses(t *testing.T) {
	out := printing(t)
	t.Chdir(t.TempDir())
	Losses(config.Default(), 40)
	for _, want := range []string{"sigmoid", "hinge", "ipo", "simpo", "kto", "gap -20", "gap 40", "+1.00, -1.00"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("lacks %q in\n%s", want, out)
		}
	}
	for _, name := range []string{"losses", "pushes_chosen", "pushes_rejected"} {
		if _, err := os.Stat("losses/plots/" + name + ".png"); err != nil {
			t.Error(err)
		}
	}
	out.Reset()
	Losses(config.Default(), 40, "dpop")
	if shown := out.String(); !strings.Contains(shown, "dpop") || strings.Contains(shown, "sigmoid") {
		t.Errorf("dpop alone shows\n%s", shown)
	}

	var fault error
	before := cell.Exit
	cell.Exit = func(err error) { fault = err }
	t.Cleanup(func() { cell.Exit = before })
	Losses(config.Default(), 0)
	if fault == nil || !strings.Contains(fault.Error(), "the span is 0") {
		t.Errorf("a span of 0: %v", fault)
	}
	Losses(config.Default(), 40, "ips")
	if fault == nil || !strings.Contains(fault.Error(), `did you mean "ipo"?`) {
		t.Errorf("an unknown loss: %v", fault)
	}
}
