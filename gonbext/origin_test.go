package gonbext

import (
	"path/filepath"
	"testing"

	"example.com/gonb-dpo/dpocore"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/replay"
)

// A run's record names pairs that were loaded, so that they can be read again; it names none where reading them would give
// other ones, or the same in another order.
func TestPairsSayWhereTheyAreFrom(t *testing.T) {
	file := pairFile(t, numbered(60)...)
	for name, test := range map[string]struct {
		pairs func() Pairs
		want  *dataset.Origin
	}{
		"built-in":                {func() Pairs { return Load("builtin") }, &dataset.Origin{Train: "builtin"}},
		"another share of these":  {func() Pairs { return Load("builtin").HoldOut(0.3) }, &dataset.Origin{Train: "builtin", Fraction: 0.3, Seed: 42}},
		"flipped":                 {func() Pairs { return Load("builtin").Flipped() }, &dataset.Origin{Train: "builtin", Flipped: true}},
		"a file":                  {func() Pairs { return Load(file) }, &dataset.Origin{Train: file, Fraction: 0.1, Seed: 42}},
		"flipped and back":        {func() Pairs { return Load(file).Flipped().Flipped() }, &dataset.Origin{Train: file, Fraction: 0.1, Seed: 42}},
		"mix":                     {func() Pairs { return Mix("helpfulness=1, truthfulness=2").InLoss() }, &dataset.Origin{Train: "helpfulness=1, truthfulness=2"}},
		"a file, held out anew":   {func() Pairs { return Load(file).HoldOut(0.2) }, nil},
		"none held out any more":  {func() Pairs { return Load("builtin").HoldOut(0) }, nil},
		"flipped, then held out":  {func() Pairs { return Load("builtin").Flipped().HoldOut(0.3) }, nil},
		"a share of a mix":        {func() Pairs { return Mix("helpfulness=1, truthfulness=2").HoldOut(0.2) }, nil},
		"those that are held out": {func() Pairs { return Load("builtin").HeldOut() }, nil},
	} {
		p := test.pairs()
		if (p.origin == nil) != (test.want == nil) || p.origin != nil && *p.origin != *test.want {
			t.Errorf("%s: %+v, want %+v", name, p.origin, test.want)
			continue
		}
		if p.origin == nil {
			continue
		}
		again, err := replay.FetchData(t.Context(), dpocore.Record{Data: p.origin, Mix: p.mix}, "", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		if p.Len() != len(again.Train.Pairs) || p.HeldOut().Len() != len(again.HeldOut.Pairs) {
			t.Fatalf("%s: %d pairs and %d held out are read again as %d and %d", name, p.Len(), p.HeldOut().Len(), len(again.Train.Pairs), len(again.HeldOut.Pairs))
		}
		for i, pair := range again.Train.Pairs {
			if own := p.train.Pairs[i]; own.Chosen != pair.Chosen || own.Rejected != pair.Rejected || own.Line != pair.Line {
				t.Errorf("%s: pair %d is another one", name, i)
			}
		}
	}
}

// A run of a cell can be made again from its record alone.
func TestRunOfACellReplays(t *testing.T) {
	useTinyModel(t)
	printing(t)
	file := pairFile(t, numbered(60)...)
	c := shortConfig()
	c.MaxSteps, c.SampleSteps, c.WarmupSteps, c.EvalSteps = 2, 0, 0, 0
	dir := filepath.Join(t.TempDir(), "run")
	if err := train(t.Context(), dir, c, Load(file).Flipped()); err != nil {
		t.Fatal(err)
	}
	record, err := finishedRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	data, err := replay.FetchData(t.Context(), record, "", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	model, err := baseModel()
	if err != nil {
		t.Fatal(err)
	}
	found, err := replay.Run(t.Context(), model, dir, dir+"-replay", data, &textView{out: printed})
	if err != nil || !found.Agrees() {
		t.Errorf("%s, %v", found, err)
	}
}
