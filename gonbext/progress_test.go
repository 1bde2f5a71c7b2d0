package gonbext

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

// halfway is a run of 10 steps after its fourth, each of 2 seconds, with an answer that holds markup. To measure the
// held-out pairs again will take 7.5 seconds.
func halfway(t *testing.T) (p progress) {
	synctest.Test(t, func(*testing.T) {
		c := config.Default()
		c.MaxSteps = 10
		p.begun(train.Begin{Config: c, Model: "tiny (computed in float32)", Backend: "XLA on the CPU", Pairs: 240, HeldOut: 60})
		for step := range 4 {
			time.Sleep(2 * time.Second)
			p.step(metrics.Event{Step: step + 1, Loss: 0.5, RewardsMargins: 0.25, RewardsAccuracies: 0.75})
		}
		p.evaluated(metrics.Evaluation{Step: 4, Loss: 0.6, RewardsMargins: 0.125, RewardsAccuracies: 0.8})
		p.sampled(4, []train.Answer{{Prompt: "<i>?", Text: "a & b"}})
	})
	return p
}

func TestLiveHTML(t *testing.T) {
	p := halfway(t)
	p.notes, p.picture = []string{"a <note>"}, "data:image/svg+xml;base64,AAAA"
	got := string(p.HTML(time.Now()))
	for _, want := range []string{
		"tiny (computed in float32) on XLA on the CPU; 240 pairs to learn from, 60 held out", "width:40%",
		"<b>Step 4 of 10</b> · loss 0.5000 · margin &#43;0.2500 · accuracy 75 % · 4.0 pairs a second · about 20 s left",
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
		make   func() progress
		want   string
		absent string
	}{
		{"opening", func() (p progress) { p.phase("opening the model"); return }, "Opening the model … 0 s", "<img"},
		{"compiling", func() (p progress) { p.begun(train.Begin{Config: c, Backend: "XLA"}); return }, "Compiling the first step", "loss"},
		{"resumed", func() (p progress) { p.begun(train.Begin{Config: c, Backend: "XLA", Step: 20}); return }, "Going on after step 20", "loss"},
		{"stopped", func() progress { p := halfway(t); p.over(&train.Stopped{Step: 4}); return p }, "Ended after step 4 of 10", "s left"},
		{"finished", func() progress { p := halfway(t); p.finished(train.Finish{Seconds: 75}); p.over(nil); return p }, "Trained in 1 min 15 s", "s left"},
	} {
		p := test.make()
		got := string(p.HTML(time.Now()))
		if !strings.Contains(got, test.want) || strings.Contains(got, test.absent) {
			t.Errorf("%s: want %q and no %q in %s", test.name, test.want, test.absent, got)
		}
	}
	var failed progress
	failed.phase("opening the model")
	failed.over(errors.New("no such thing"))
	if got := failed.HTML(time.Now()); got != "" {
		t.Errorf("a run that never began still shows %s", got)
	}
}

func TestDuration(t *testing.T) {
	for seconds, want := range map[float64]string{0.4: "0 s", 59.6: "1 min 0 s", 200: "3 min 20 s", 3700: "1 h 1 min"} {
		if got := duration(time.Duration(seconds * float64(time.Second))); got != want {
			t.Errorf("%g seconds: got %q, want %q", seconds, got, want)
		}
	}
}
