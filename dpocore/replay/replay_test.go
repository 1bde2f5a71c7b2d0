package replay_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/replay"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
	"example.com/gonb-dpo/internal/sums"
	"example.com/gonb-dpo/internal/tinymodel"
)

// trainOnFile trains a short run on the pairs of a file, a quarter of them held out.
func trainOnFile(t *testing.T, m *model.Model) (dir, file string) {
	t.Helper()
	c, data := runtest.Short(t)
	c.MaxSteps, c.EvalSteps = 3, 2
	file, dir = filepath.Join(t.TempDir(), "pairs.jsonl"), filepath.Join(t.TempDir(), "run")
	var lines []string
	for _, pair := range data.Train.Pairs {
		line, err := json.Marshal(map[string]string{"prompt": pair.PromptText(), "chosen": pair.Chosen, "rejected": pair.Rejected})
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(line))
	}
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	data, err := dataset.Load(file, "", 0.25, 7)
	if err != nil {
		t.Fatal(err)
	}
	runtest.Train(t, m, dir, c, data)
	return dir, file
}

// replayRun replays a run from its folder alone.
func replayRun(t *testing.T, dir, again string, listener *runtest.Recorder) (replay.Result, error) {
	t.Helper()
	record, _, err := run.ReadRecord(dir)
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.Open(record.Model.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	data, err := replay.FetchData(context.Background(), record, "", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	return replay.Run(context.Background(), m, dir, again, data, listener)
}

// A replay agrees and is reused. It reports a file of the run, and pairs, that have changed since.
func TestReplay(t *testing.T) {
	cachetest.Own(t)
	dir, file := trainOnFile(t, runtest.Model(t))
	again := filepath.Join(t.TempDir(), "again")
	before := runtest.Outcome(t, dir)
	first, second := &runtest.Recorder{}, &runtest.Recorder{}
	for i, r := range []*runtest.Recorder{first, second} {
		found, err := replayRun(t, dir, again, r)
		if err != nil || !found.Agrees() || found.String() != again+" agrees with "+dir+" byte for byte in its weights and all metrics except times" {
			t.Fatalf("replay %d: %v, %v", i+1, found, err)
		}
	}
	if len(first.Steps) != 3 || len(second.Steps) != 0 || !second.Complete {
		t.Errorf("the first replay made %d steps, the second %d", len(first.Steps), len(second.Steps))
	}
	runtest.EqualOutcome(t, "replayed", runtest.Outcome(t, again), before)
	runtest.EqualOutcome(t, "the run itself, after replays", runtest.Outcome(t, dir), before)

	replaceIn(t, filepath.Join(dir, "metrics.jsonl"), `"step": 2`, `"step": 2 `)
	if found, err := replayRun(t, dir, again, &runtest.Recorder{}); err != nil || !slices.Equal(found.DifferingFiles, []string{"metrics.jsonl"}) ||
		!strings.Contains(found.String(), "differs from "+dir+" in metrics.jsonl, with the same inputs") {
		t.Errorf("after a change to the metrics: %v, %v", found, err)
	}
	content := runtest.Read(t, file)
	if err := os.WriteFile(file, []byte(strings.Replace(content, `"chosen":"`, `"chosen":"Well. `, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	fresh := filepath.Join(t.TempDir(), "fresh")
	found, err := replayRun(t, dir, fresh, &runtest.Recorder{})
	if err != nil || found.Agrees() || len(found.Changed) != 1 || !strings.Contains(found.String(), "nothing was trained") ||
		!strings.Contains(found.String(), "pairs have changed (") || !strings.Contains(found.String(), file) {
		t.Errorf("after a change to the pairs: %v, %v", found, err)
	}
	if _, err := os.Stat(fresh); err == nil {
		t.Error("a replay was started on changed pairs")
	}
}

// replaceIn replaces the first occurrence of a text in a file.
func replaceIn(t *testing.T, path, old, replacement string) {
	t.Helper()
	content := runtest.Read(t, path)
	if !strings.Contains(content, old) {
		t.Fatalf("%s has no %q", path, old)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(content, old, replacement, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A different model, a changed initial adapter, missing held-out pairs: each is named.
func TestReplayNamesWhatChanged(t *testing.T) {
	cachetest.Own(t)
	m := runtest.Model(t)
	start, _ := trainOnFile(t, m)
	c, data := runtest.Short(t)
	c.MaxSteps, c.EvalSteps, c.InitAdapter = 2, 0, start
	dir := filepath.Join(t.TempDir(), "run")
	data.Origin = &dataset.Origin{Train: "elsewhere"}
	runtest.Train(t, m, dir, c, data)
	other, err := model.Open(tinymodel.WriteChat(t, 2))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := os.Remove(filepath.Join(start, sums.Name)); err != nil { // so that the changed adapter is not found damaged
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(start, "adapter_model.safetensors"), []byte(runtest.Read(t, filepath.Join(dir, "adapter_model.safetensors"))), 0o600); err != nil {
		t.Fatal(err)
	}
	data.HeldOut = nil
	found, err := replay.Run(context.Background(), other, dir, filepath.Join(t.TempDir(), "again"), data, &runtest.Recorder{})
	if err != nil || len(found.Changed) != 3 || !strings.Contains(found.Changed[0], "the model's weights have changed ("+other.Path) ||
		!strings.Contains(found.Changed[1], "the initial adapter has changed ("+start) ||
		found.Changed[2] != "the held-out pairs have changed (4 pairs of builtin then, 0 of  now)" {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestInvalidReplay(t *testing.T) {
	cachetest.Own(t)
	m := runtest.Model(t)
	dir, _ := trainOnFile(t, m)
	c, data := runtest.Short(t)
	stopped := filepath.Join(t.TempDir(), "stopped")
	ctx, cancel := context.WithCancel(context.Background())
	err := train.Run(ctx, train.Job{Model: m, Dir: stopped, Config: c, Data: data, Listener: &runtest.Recorder{OnStep: func(metrics.Event) { cancel() }}})
	if err == nil {
		t.Fatal("the run was not stopped")
	}
	for want, folders := range map[string][2]string{
		"there is no run in": {t.TempDir(), "again"},
		"is not finished":    {stopped, "again"},
		"is the run itself":  {dir, filepath.Join(dir, "..", filepath.Base(dir))},
	} {
		if _, err := replay.Run(context.Background(), m, folders[0], folders[1], data, &runtest.Recorder{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	record, _, err := run.ReadRecord(stopped)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := replay.FetchData(context.Background(), record, "", "", nil); err == nil || !strings.Contains(err.Error(), "does not name its pairs") {
		t.Errorf("pairs without a name: %v", err)
	}
}

// The origin in a run's record is enough to read the same pairs again: flipped, held out or mixed.
func TestFetchData(t *testing.T) {
	for name, o := range map[string]dataset.Origin{
		"builtin":      {Train: "builtin"},
		"a fraction":   {Train: "builtin", Fraction: 0.3, Seed: 5},
		"flipped":      {Train: "builtin", Flipped: true},
		"held-out set": {Train: "helpfulness", HeldOut: "truthfulness"},
		"mix":          {Train: "helpfulness=1,truthfulness=2"},
	} {
		data, err := dataset.Load(o.Train, o.HeldOut, o.Fraction, o.Seed)
		if err != nil {
			t.Fatal(err)
		}
		if o.Flipped {
			data.Train = dataset.Flipped(data.Train)
		}
		record := run.Record{Data: &o, Mix: data.Mix}
		if record.Mix != nil {
			record.Mix.By = dataset.MixLoss
		}
		again, err := replay.FetchData(context.Background(), record, "", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		if *again.Origin != o || again.Mix.String() != record.Mix.String() {
			t.Errorf("%s: read as %+v and %s", name, *again.Origin, again.Mix)
		}
		for _, sets := range [][2]*preference.Set{{data.Train, again.Train}, {data.HeldOut, again.HeldOut}} {
			if !slices.EqualFunc(sets[0].Pairs, sets[1].Pairs, func(a, b preference.Pair) bool { return a.Where() == b.Where() && a.Chosen == b.Chosen }) {
				t.Errorf("%s: the pairs differ", name)
			}
		}
	}
	if _, err := replay.FetchData(context.Background(), run.Record{Data: &dataset.Origin{Train: "builtin"}, Mix: &dataset.Mix{}}, "", "", nil); err == nil {
		t.Error("pairs without a mix were accepted for a mix")
	}
}
