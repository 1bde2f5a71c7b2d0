package pace

import (
	"testing"
	"time"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
)

// TestLongRun: the remaining time of a run of centuries does not overflow.
func TestLongRun(t *testing.T) {
	c := config.Default()
	c.MaxSteps = 1e13
	var p Pace
	p.Begin(train.Begin{Config: c})
	for step := range 3 {
		p.mark = time.Now().Add(-time.Second)
		p.Step(metrics.Event{Step: step + 1})
	}
	if left, ok := p.Left(); !ok || left < 100*365*24*time.Hour {
		t.Errorf("%v are left, %t", left, ok)
	}
}
