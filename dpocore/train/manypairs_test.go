package train

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/lint"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/train/schedule"
	"example.com/gonb-dpo/internal/tinymodel"
)

const (
	manyPairsCount = "DPO_TEST_PAIRS" // how many; with 1000000 the tests take a quarter of an hour
	manyPairsFile  = "DPO_TEST_PAIRS_FILE"
	mostMemory     = 1500 << 20 // bytes, whatever the number of pairs
)

// TestManyPairs takes pairs through reading, splitting, linting and one pass of training batches, in a separate process,
// and logs how long each took and the peak memory of the process so far.
func TestManyPairs(t *testing.T) {
	file := manyPairs(t)
	if file == "" {
		return
	}
	start := time.Now()
	stage := func(name string) {
		peak := peakMemory(t)
		t.Logf("%-10s %8.1f s %6d MiB", name, time.Since(start).Seconds(), peak>>20)
		if peak > mostMemory {
			t.Errorf("%s has taken %d MiB", name, peak>>20)
		}
		start = time.Now()
	}
	data, err := dataset.Load(file, "", 0.1, 42)
	if err != nil {
		t.Fatal(err)
	}
	stage("read+split")
	model, err := model.Open(tinymodel.WriteChat(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	o := lint.DefaultOptions()
	o.Encoder, o.Tokenizer = model.Encoder(config.Default().MaxLength), model.Tokenizer
	if _, err := lint.Check(context.Background(), data.Train, data.HeldOut, o); err != nil {
		t.Fatal(err)
	}
	stage("lint")
	onePass(t, model, data, stage)
}

// onePass goes through an epoch, and checks that it has every pair once.
func onePass(t *testing.T, model *model.Model, data dataset.Data, stage func(string)) {
	c := config.Default()
	c.MaxSteps = (len(data.Train.Pairs) + c.StepPairs() - 1) / c.StepPairs()
	p := &plan{model: model, config: c}
	if _, err := p.identify(Job{Data: data}); err != nil {
		t.Fatal(err)
	}
	var err error
	if p.schedule, err = schedule.New(c, schedule.Pairs{Count: p.pairs.Len()}, nil); err != nil {
		t.Fatal(err)
	}
	if err := p.chooseShapes(); err != nil {
		t.Fatal(err)
	}
	seen := make([]bool, len(data.Train.Pairs))
	for step := range c.MaxSteps {
		indices, pairs, err := p.pairs.At(p.schedule.Step(step))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := p.pack(pairs)
		if err != nil || len(rows) == 0 {
			t.Fatalf("step %d: %d rows, %v", step, len(rows), err)
		}
		for _, pair := range indices {
			if seen[pair] {
				t.Fatalf("step %d has pair %d, which was there before", step, pair)
			}
			seen[pair] = true
		}
		if step == 0 {
			stage("first step")
		}
	}
	stage("one pass")
}

// TestManyPairsFirstStep measures the time from naming a file to the first step of training on it.
func TestManyPairsFirstStep(t *testing.T) {
	file := manyPairs(t)
	if file == "" {
		return
	}
	model, err := model.Open(tinymodel.WriteChat(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	c := config.Default()
	c.MaxSteps = 1
	start := time.Now()
	data, err := dataset.Load(file, "", 0, c.Seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("read after %.1f s", time.Since(start).Seconds())
	listener := &firstStep{log: func(what string) { t.Logf("%s after %.1f s", what, time.Since(start).Seconds()) }}
	if err := Run(context.Background(), Job{Model: model, Dir: filepath.Join(t.TempDir(), "run"), Config: c, Data: data, Listener: listener}); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d MiB with a tiny model", peakMemory(t)>>20)
}

// firstStep is a listener that tells when the first step begins and ends.
type firstStep struct{ log func(string) }

func (f *firstStep) Phase(string)                 {}
func (f *firstStep) Note(text string)             { f.log("note: " + text) }
func (f *firstStep) Begin(Begin)                  { f.log("the first step begins") }
func (f *firstStep) Step(metrics.Event)           { f.log("the first step is made") }
func (f *firstStep) Evaluating(int, int)          {}
func (f *firstStep) Evaluated(metrics.Evaluation) {}
func (f *firstStep) Sampled(int, []Answer)        {}
func (f *firstStep) Saved(int, string)            {}
func (f *firstStep) Finished(Finish)              {}

// manyPairs is the file to work on, in a process that has done nothing else. In the process that was started by hand it
// runs the same test in another one, passes on what that says, and returns "".
func manyPairs(t *testing.T) string {
	if file := os.Getenv(manyPairsFile); file != "" {
		return file
	}
	count := 6000
	if text := os.Getenv(manyPairsCount); text != "" {
		var err error
		if count, err = strconv.Atoi(text); err != nil {
			t.Fatalf("%s is %q; it must be a number", manyPairsCount, text)
		}
	}
	file := filepath.Join(t.TempDir(), "many.jsonl")
	writeManyPairs(t, file, count)
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=0")
	cmd.Env = append(os.Environ(), manyPairsFile+"="+file, "XDG_CACHE_HOME="+t.TempDir())
	out, err := cmd.CombinedOutput()
	for _, line := range strings.Split(string(out), "\n") {
		if _, output, ok := strings.Cut(line, "_test.go:"); ok {
			t.Log(output)
		}
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return ""
}

// writeManyPairs makes pairs of made-up words, about 550 bytes each, no two with the same prompt.
func writeManyPairs(t *testing.T, path string, count int) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	out := bufio.NewWriter(file)
	random := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 5000)
	for i := range words {
		letters := make([]byte, 2+random.IntN(7))
		for j := range letters {
			letters[j] = byte('a' + random.IntN(26))
		}
		words[i] = string(letters)
	}
	text := func(least, spread int) string {
		list := make([]string, least+random.IntN(spread))
		for i := range list {
			list[i] = words[int(float64(len(words))*random.Float64()*random.Float64())]
		}
		return strings.Join(list, " ")
	}
	encoder := json.NewEncoder(out)
	for i := range count {
		pair := map[string]string{"prompt": fmt.Sprintf("Question %d: %s?", i, text(8, 16)), "chosen": text(10, 50), "rejected": text(10, 50)}
		if err := encoder.Encode(pair); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
}

// peakMemory is the most memory that this process has had, in bytes.
func peakMemory(t *testing.T) int64 {
	t.Helper()
	status, err := os.Open("/proc/self/status")
	if err != nil {
		t.Skip("this system does not tell how much memory a process has had")
	}
	defer status.Close()
	content, err := io.ReadAll(status)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(content)) {
		var kilobytes int64
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kilobytes); err == nil {
			return kilobytes << 10
		}
	}
	t.Fatal("the peak memory is missing")
	return 0
}
