// Package bench measures whole runs. make bench prints the results; docs/performance.md has those of a quiet machine.
package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/internal/deps"
	"example.com/gonb-dpo/internal/tinymodel"
)

// load is what a run has to do; usual is the point from which one quantity after the other is varied.
type load struct {
	model               string
	pairs, tokens, rank int // pairs per step, words per pair, which are about as many tokens
	cores               int
}

var usual = load{"135M", 8, 256, 16, runtime.NumCPU()}

// cost is what a load takes: seconds per step, and bytes at most.
type cost struct{ step, memory float64 }

// steps are made with each load. The first, in which graphs compile, is not timed.
const steps = 4

var varied = []struct {
	name   string
	usual  int
	values []int
	change func(*load, int)
}{
	{"pairs per step", usual.pairs, []int{2, 4, 8, 16}, func(l *load, n int) { l.pairs = n }},
	{"tokens per pair", usual.tokens, []int{128, 256, 512, 1024}, func(l *load, n int) { l.tokens = n }},
	{"LoRA rank", usual.rank, []int{4, 16, 64}, func(l *load, n int) { l.rank = n }},
	{"million weights", 135, []int{135, 360}, func(l *load, n int) { l.model = strconv.Itoa(n) + "M" }},
	{"cores", usual.cores, []int{1, usual.cores}, func(l *load, n int) { l.cores = n }},
}

// BenchmarkScaling shows how a step's time and a run's memory grow with each quantity, over those of the usual load, and
// draws that into docs/scaling.png. Each load runs in a separate process, `bin/dpo train`, which must be built first.
func BenchmarkScaling(b *testing.B) {
	small, err := deps.Model()
	if err != nil {
		b.Skip(err)
	}
	folders := map[string]string{"135M": small, "360M": tinymodel.WriteChatOf(b, smolLM2of360M(), 1)}
	base := measure(b, folders, usual)
	times, memories := map[string]plotter.XYs{}, map[string]plotter.XYs{}
	fmt.Printf("%-16s %5s %6s %6s\n", "", "", "time", "memory")
	for _, v := range varied {
		for _, n := range v.values {
			l, c := usual, base
			if v.change(&l, n); l != usual {
				c = measure(b, folders, l)
			}
			fmt.Printf("%-16s %5d %6.2f %6.2f\n", v.name, n, c.step/base.step, c.memory/base.memory)
			factor := float64(n) / float64(v.usual)
			times[v.name] = append(times[v.name], plotter.XY{X: factor, Y: c.step / base.step})
			memories[v.name] = append(memories[v.name], plotter.XY{X: factor, Y: c.memory / base.memory})
		}
	}
	draw(b, "Time of a step", "../docs/scaling_time.png", times)
	draw(b, "Peak memory of a run", "../docs/scaling_memory.png", memories)
}

// smolLM2of360M is the architecture of SmolLM2-360M; its weights are made up.
func smolLM2of360M() decoder.Config {
	c := tinymodel.Config()
	c.HiddenSize, c.IntermediateSize, c.Layers, c.Heads, c.KVHeads, c.HeadDim = 960, 2560, 32, 15, 5, 64
	return c
}

// measure trains with a load.
func measure(b *testing.B, folders map[string]string, l load) cost {
	b.Helper()
	dir := b.TempDir()
	pairs, out := filepath.Join(dir, "pairs.jsonl"), filepath.Join(dir, "run")
	if err := os.WriteFile(pairs, []byte(pairsOf(l)), 0o644); err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command("taskset", "-c", "0-"+strconv.Itoa(l.cores-1), "../bin/dpo", "train", "--model", folders[l.model],
		"--data", pairs, "--out", out, "--max-steps", strconv.Itoa(steps), "--batch-size", strconv.Itoa(l.pairs), "--max-length", "1024",
		"--lora-r", strconv.Itoa(l.rank), "--eval-steps", "0", "--save-steps", "0", "--precision", "float32")
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+dir)
	if said, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v: %v\n%s", cmd.Args, err, said)
	}
	history, err := metrics.ReadHistory(out)
	if err != nil {
		b.Fatal(err)
	}
	first, last := history.Steps[0], history.Steps[len(history.Steps)-1]
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return cost{(last.Seconds - first.Seconds) / (steps - 1), float64(usage.Maxrss) * 1024}
}

// pairsOf are the pairs of all steps: three fifths of each are its prompt, one fifth each answer.
func pairsOf(l load) string {
	var lines strings.Builder
	for i := range l.pairs * steps {
		words := func(word string, count int) string { return strconv.Itoa(i) + strings.Repeat(" "+word, count-1) }
		line, _ := json.Marshal(map[string]string{ // strings always marshal
			"prompt": words("time", l.tokens*3/5), "chosen": words("day", l.tokens/5), "rejected": words("year", l.tokens/5)})
		lines.Write(append(line, '\n'))
	}
	return lines.String()
}

// draw writes a picture of curves over factors of the usual load.
func draw(b *testing.B, title, path string, curves map[string]plotter.XYs) {
	b.Helper()
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, "times the usual load", "times that of the usual load"
	p.Legend.Top, p.Legend.Left = true, true
	var lines []any
	for _, v := range varied {
		lines = append(lines, v.name, curves[v.name])
	}
	if err := plotutil.AddLinePoints(p, lines...); err != nil {
		b.Fatal(err)
	}
	if err := p.Save(6*vg.Inch, 4*vg.Inch, path); err != nil {
		b.Fatal(err)
	}
}
