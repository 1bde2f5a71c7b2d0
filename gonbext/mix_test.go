package gonbext

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/gonbext/internal/output"
)

func TestTrainOnAMix(t *testing.T) {
	useTinyModel(t)
	out := printing(t)
	c := shortConfig()
	c.MaxSteps, c.SampleSteps, c.EvalSteps = 1, 0, 0
	folder := t.TempDir()
	for name, text := range map[string]string{"helpful": "helpfulness=0.9, truthfulness=0.1", "truthful": "helpfulness=0.1, truthfulness=0.9"} {
		p, err := mix(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		p.set.HeldOut.Pairs = append(p.set.HeldOut.Pairs[:2], p.set.HeldOut.Pairs[20:22]...)
		if err := trainRun(t.Context(), filepath.Join(folder, name), c, p); err != nil {
			t.Fatal(err)
		}
	}
	Objectives(filepath.Join(folder, "helpful"))
	Tradeoff(folder+"/*", "helpfulness", "truthfulness")
	for _, want := range []string{"4 held out", "; helpfulness 90 %, truthfulness 10 %, by sampling", "; by objective: helpfulness ", " %, truthfulness ", "objectives.png", "tradeoff_helpfulness_truthfulness.png"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("lacks %q in\n%s", want, out)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "plots", "tradeoff_helpfulness_truthfulness.png")); err != nil {
		t.Error(err)
	}
}

func TestMixOfPairs(t *testing.T) {
	p, err := mix(t.Context(), "helpfulness=0.5, mine:"+pairFile(t, numbered(8)...)+"=0.5")
	if err != nil || p.Len() != 88 || len(p.set.HeldOut.Pairs) != 20 || p.set.Mix.By != dataset.MixSampling {
		t.Fatalf("%v, %v", p, err)
	}
	if loss := p.InLoss(); loss.set.Data().Mix.By != dataset.MixLoss || p.set.Mix.By != dataset.MixSampling {
		t.Errorf("in the loss: %v, and of the first pairs %v", loss.set.Mix, p.set.Mix)
	}
	if half := p.set.Split(0.5); half.Data().Mix == nil || half.Train.Pairs[0].Objective != "helpfulness" {
		t.Error("holding out another fraction loses the mix")
	}
	if again, err := load(t.Context(), "helpfulness=1"); err != nil || again.set.Mix == nil {
		t.Errorf("Load of a mix: %v, %v", again, err)
	}
	if _, err := mix(t.Context(), "helpfulness=0.5, kindness=0.5"); err == nil || !strings.Contains(output.Sentence(err), `the objectives of the built-in pairs are`) {
		t.Errorf("got %v", err)
	}
}
