package sweeprun_test

import (
	"testing"
	"testing/synctest"
	"time"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/sweep/sweeprun"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/dpocore/train/pace"
)

// A run of 10 steps of 2 s, with an evaluation of 4 rows of 1 s after steps 4, 8 and 10. The first step and the first row
// take 30 s more.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := sweeprun.Pace{Runs: 3}
		left := func(when string, run, sweep time.Duration) {
			t.Helper()
			if got, ok := p.Pace.Left(); !ok || got != run {
				t.Errorf("%s: %v left of the run (%v), want %v", when, got, ok, run)
			}
			if got, ok := p.Left(); !ok || got != sweep {
				t.Errorf("%s: %v left of the sweep (%v), want %v", when, got, ok, sweep)
			}
		}
		step := func(number int) {
			time.Sleep(2 * time.Second)
			p.Step(metrics.Event{Step: number})
		}
		evaluation := func(after int) {
			for row := range 4 {
				p.Evaluating(row, 4)
				time.Sleep(time.Second)
			}
			p.Evaluated(metrics.Evaluation{Step: after})
		}
		c := config.Default()
		c.MaxSteps, c.EvalSteps, c.BatchSize = 10, 4, 8
		const whole = 32 * time.Second
		p.StartRun(1, sweep.Point{Config: c})
		p.Begin(train.Begin{Config: c, HeldOut: 16})
		time.Sleep(30 * time.Second)
		step(1)
		if _, ok := p.Left(); ok {
			t.Error("a step that compiles was counted")
		}
		step(2)
		const guess = 2 * time.Second // 16 pairs · 1/2 of 2 s / 8 pairs
		left("no evaluation yet", 16*time.Second+3*guess, 16*time.Second+3*guess+2*(20*time.Second+3*guess))
		step(3)
		step(4)
		p.Evaluating(0, 4)
		time.Sleep(30 * time.Second)
		evaluation(4)
		left("after step 4", 12*time.Second+8*time.Second, 20*time.Second+2*whole)
		p.Skip()
		time.Sleep(time.Hour)
		p.Skip()
		for number := 5; number <= 8; number++ {
			step(number)
		}
		p.Evaluating(0, 4)
		time.Sleep(time.Second)
		p.Evaluating(1, 4)
		left("in the second evaluation", 4*time.Second+7*time.Second, 11*time.Second+2*whole)
		evaluation(8)
		step(9)
		step(10)
		left("before the last evaluation", 4*time.Second, 4*time.Second+2*whole)
		evaluation(10)
		left("at the end", 0, 2*whole)
		p.StartRun(2, sweep.Point{Config: c})
		left("in the second run", whole, 2*whole)
		p.Begin(train.Begin{Config: c, HeldOut: 16, Step: 6})
		left("resumed after step 6", 8*time.Second+8*time.Second, 16*time.Second+whole)
		if p.Until() != "for all runs" {
			t.Errorf("left %s", p.Until())
		}
		rung := c
		rung.MaxSteps = 5
		if p.Begin(train.Begin{Config: rung, HeldOut: 16}); p.Until() != "to the next comparison" {
			t.Errorf("up to a rung, left %s", p.Until())
		}
	})
}

func TestPaceWithoutEvaluations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pace.Pace
		c := config.Default()
		c.MaxSteps = 5
		p.Begin(train.Begin{Config: c})
		for number := 1; number <= 2; number++ {
			time.Sleep(time.Second)
			p.Step(metrics.Event{Step: number})
		}
		if left, ok := p.Left(); !ok || left != 3*time.Second {
			t.Errorf("%v left (%v), want 3 s", left, ok)
		}
	})
}
