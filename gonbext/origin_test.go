package gonbext

import (
	"path/filepath"
	"testing"

	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/replay"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/gonbext/internal/live"
	"example.com/gonb-dpo/gonbext/internal/open"
)

// A run's record names the pairs so that they can be read again, unless reading them would give others or another order.
func TestOriginOfPairs(t *testing.T) {
	file := pairFile(t, numbered(60)...)
	for name, test := range map[string]struct {
		pairs func() Pairs
		want  *dataset.Origin
	}{
		"built-in":               {func() Pairs { return Load("builtin") }, &dataset.Origin{Train: "builtin"}},
		"another fraction of it": {func() Pairs { return Load("builtin").HoldOut(0.3) }, &dataset.Origin{Train: "builtin", Fraction: 0.3, Seed: 42}},
		"flipped":                {func() Pairs { return Load("builtin").Flipped() }, &dataset.Origin{Train: "builtin", Flipped: true}},
		"a file":                 {func() Pairs { return Load(file) }, &dataset.Origin{Train: file, Fraction: 0.1, Seed: 42}},
		"flipped and back":       {func() Pairs { return Load(file).Flipped().Flipped() }, &dataset.Origin{Train: file, Fraction: 0.1, Seed: 42}},
		"mix":                    {func() Pairs { return Mix("helpfulness=1, truthfulness=2").InLoss() }, &dataset.Origin{Train: "helpfulness=1, truthfulness=2"}},
		"a file, split again":    {func() Pairs { return Load(file).HoldOut(0.2) }, nil},
		"none held out":          {func() Pairs { return Load("builtin").HoldOut(0) }, nil},
		"flipped, then held out": {func() Pairs { return Load("builtin").Flipped().HoldOut(0.3) }, nil},
		"a fraction of a mix":    {func() Pairs { return Mix("helpfulness=1, truthfulness=2").HoldOut(0.2) }, nil},
		"the held-out pairs":     {func() Pairs { return Load("builtin").HeldOut() }, nil},
	} {
		p := test.pairs()
		if (p.set.Origin == nil) != (test.want == nil) || p.set.Origin != nil && *p.set.Origin != *test.want {
			t.Errorf("%s: %+v, want %+v", name, p.set.Origin, test.want)
			continue
		}
		if p.set.Origin == nil {
			continue
		}
		again, err := replay.FetchData(t.Context(), run.Record{Data: p.set.Origin, Mix: p.set.Mix}, "", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		if p.Len() != len(again.Train.Pairs) || p.HeldOut().Len() != len(again.HeldOut.Pairs) {
			t.Fatalf("%s: %d pairs and %d held out are read back as %d and %d", name, p.Len(), p.HeldOut().Len(), len(again.Train.Pairs), len(again.HeldOut.Pairs))
		}
		for i, pair := range again.Train.Pairs {
			if original := p.set.Train.Pairs[i]; original.Chosen != pair.Chosen || original.Rejected != pair.Rejected || original.Line != pair.Line {
				t.Errorf("%s: pair %d differs", name, i)
			}
		}
	}
}

// A run of a cell can be replayed from its record alone.
func TestRunOfACellCanBeReplayed(t *testing.T) {
	useTinyModel(t)
	printing(t)
	file := pairFile(t, numbered(60)...)
	c := shortConfig()
	c.MaxSteps, c.SampleSteps, c.WarmupSteps, c.EvalSteps = 2, 0, 0, 0
	dir := filepath.Join(t.TempDir(), "run")
	if err := trainRun(t.Context(), dir, c, Load(file).Flipped()); err != nil {
		t.Fatal(err)
	}
	record, err := open.FinishedRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	data, err := replay.FetchData(t.Context(), record, "", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	model, err := open.BaseModel()
	if err != nil {
		t.Fatal(err)
	}
	found, err := replay.Run(t.Context(), model, dir, dir+"-replay", data, live.New(dir))
	if err != nil || !found.Agrees() {
		t.Errorf("%s, %v", found, err)
	}
}
