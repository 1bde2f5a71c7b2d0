package live

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
)

// halfway is a run of 10 steps after its fourth, with 2 seconds per step and markup in an answer. Another evaluation of
// the held-out pairs would take 7.5 seconds.
func halfway(t *testing.T) (p Progress) {
	synctest.Test(t, func(*testing.T) {
		c := config.Default()
		c.MaxSteps = 10
		p.started(train.Begin{Config: c, Model: "tiny (computed in float32)", Backend: "XLA on the CPU", Pairs: 240, HeldOut: 60})
		for step := range 4 {
			time.Sleep(2 * time.Second)
			p.step(metrics.Event{Step: step + 1, PairMeans: metrics.PairMeans{Loss: 0.5, RewardsMargins: 0.25, RewardsAccuracies: 0.75}})
		}
		p.evaluated(metrics.Evaluation{Step: 4, PairMeans: metrics.PairMeans{Loss: 0.6, RewardsMargins: 0.125, RewardsAccuracies: 0.8}})
		p.sampled(4, []train.Answer{{Prompt: "<i>?", Text: "a & b"}})
	})
	return p
}

func TestLiveHTML(t *testing.T) {
	p := halfway(t)
	p.notes, p.picture = []string{"a <note>"}, "data:image/svg+xml;base64,AAAA"
	got := string(p.HTML(time.Now()))
	for _, want := range []string{
		"tiny (computed in float32) on XLA on the CPU; 240 training pairs, 60 held out", "width:40%",
		"<b>Step 4 of 10</b> · loss 0.5000 · margin &#43;0.2500 · accuracy 75 % · 4.0 pairs per second · about 20 s left",
		"Held-out pairs after step 4: loss 0.6000, margin &#43;0.1250, accuracy 80 %",
		"a &lt;note&gt;", `<img src="data:image/svg&#43;xml;base64,AAAA"`, "&lt;i&gt;?", "a &amp; b",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %s\nin %s", want, got)
		}
	}
}

func TestLiveStates(t *testing.T) {
	c := config.Default()
	for _, test := range []struct {
		name   string
		make   func() Progress
		want   string
		absent string
	}{
		{"opening", func() (p Progress) { p.phase("opening the model"); return }, "Opening the model … 0 s", "<img"},
		{"compiling", func() (p Progress) { p.started(train.Begin{Config: c, Backend: "XLA"}); return }, "Compiling the first step", "loss"},
		{"resumed", func() (p Progress) { p.started(train.Begin{Config: c, Backend: "XLA", Step: 20}); return }, "Resuming after step 20", "loss"},
		{"stopped", func() Progress { p := halfway(t); p.end(&train.Stopped{Step: 4}); return p }, "Ended after step 4 of 10", "s left"},
		{"finished", func() Progress { p := halfway(t); p.finish(train.Finish{Seconds: 75}); p.end(nil); return p }, "Trained in 1 min 15 s", "s left"},
	} {
		p := test.make()
		got := string(p.HTML(time.Now()))
		if !strings.Contains(got, test.want) || strings.Contains(got, test.absent) {
			t.Errorf("%s: want %q and no %q in %s", test.name, test.want, test.absent, got)
		}
	}
	var failed Progress
	failed.phase("opening the model")
	failed.end(errors.New("no such thing"))
	if got := failed.HTML(time.Now()); got != "" {
		t.Errorf("a run that never started still shows %s", got)
	}
}
