package gpureport

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"example.com/gonb-dpo/internal/wording"
)

// cache is the cache folder of the processes whose speed is measured. It is empty at first: it gets the compiled graphs and what
// autotuning found.
func (r *reporter) cache() string { return filepath.Join(r.work, "cache") }

// withCache is the environment of a process with that cache folder.
func (r *reporter) withCache(env ...string) []string { return append(env, "XDG_CACHE_HOME="+r.cache()) }

// train trains the report's run in a folder. Reference log-probabilities that an earlier run has cached are removed, so that all
// runs do the same work.
func (r *reporter) train(ctx context.Context, name, precision string, steps int, env ...string) (t trained, err error) {
	if err := os.RemoveAll(filepath.Join(r.cache(), "gonb-dpo", "reference")); err != nil {
		return t, err
	}
	err = r.child(ctx, task{Name: "train", Model: r.Model, Precision: precision, Dir: filepath.Join(r.work, name), Steps: steps}, &t, r.withCache(env...)...)
	return t, err
}

// float32Precision is that of all runs but one.
const float32Precision = "float32"

// examineTraining trains twice in new processes: the first one compiles and autotunes all graphs, the second one finds them.
func examineTraining(ctx context.Context, r *reporter) finding {
	const remedy = "Run dpo train --data builtin on the device and look at its message; if memory is short, use a smaller --batch-size or --max-length."
	memory := watchMemory(ctx, time.Second)
	empty, err := r.train(ctx, "empty", float32Precision, 0)
	if err != nil {
		memory()
		return fault(err, remedy)
	}
	warm, err := r.train(ctx, "warm", float32Precision, 0)
	used := memory()
	if err != nil {
		return fault(fmt.Errorf("with a warm cache, where the first run had passed: %w", err), "Remove ~/.cache/gonb-dpo/compiled before each run, and report this.")
	}
	r.warm = &warm
	f := verdict(warm.Loaded > 0 && warm.Losses[trainedSteps-1] < warm.Losses[0],
		"If no graph was found on disk, each command compiles again; training still works. If the loss does not fall, don't train on this device.",
		"A step of 8 pairs takes %s; the first one is done %.1f s after the start with an empty cache and %.1f s with a warm one.",
		stepTime(warm), empty.Seconds[0], warm.Seconds[0])
	f.table = [][]string{
		{"what", "empty cache", "warm cache"},
		{"start to the end of the first step", seconds(empty.Seconds[0]), seconds(warm.Seconds[0])},
		{"a later step, median", stepTime(empty), stepTime(warm)},
		{"graphs compiled", fmt.Sprint(empty.Compiled), fmt.Sprint(warm.Compiled)},
		{"graphs found on disk", fmt.Sprint(empty.Loaded), fmt.Sprint(warm.Loaded)},
		{"compiling and autotuning", seconds(empty.Compiling), seconds(warm.Compiling)},
		{"executions of graphs, a later step", middle(empty.Executions), middle(warm.Executions)},
		{"peak memory of the process", wording.Bytes(empty.Peak), wording.Bytes(warm.Peak)},
		{"loss, first and last step", losses(empty), losses(warm)},
		{"the adapter's bytes", "", sameBytes(empty, warm)},
		{"model", empty.Model, ""},
		{"forecast", empty.Expected, ""},
		{"memory of the GPU", used, ""},
	}
	return f
}

// commandBuffers is XLA's default, which this program switches off on a GPU.
const commandBuffers = "--xla_gpu_enable_command_buffer=FUSION,CUBLAS,CUBLASLT,CUSTOM_CALL,CUDNN,DYNAMIC_SLICE_FUSION"

func examineCommandBuffers(ctx context.Context, r *reporter) finding {
	flags := strings.TrimSpace(os.Getenv("XLA_FLAGS") + " " + commandBuffers)
	with, err := r.train(ctx, "buffers", float32Precision, 0, "XLA_FLAGS="+flags)
	if err != nil {
		return fault(err, "Nothing: command buffers are off by default.")
	}
	return r.compared(with, "with command buffers", "without, the default",
		"To use them: export XLA_FLAGS="+commandBuffers)
}

func examineFloat16(ctx context.Context, r *reporter) finding {
	half, err := r.train(ctx, "float16", "float16", 0)
	if err != nil {
		return fault(err, "Train in float32, with --precision float32.")
	}
	return r.compared(half, "in float16", "in float32", "To use it: --precision float16.")
}

// worthwhile is the share of a step's time below which another setting is suggested.
const worthwhile = 0.95

// compared compares a run with the one that has a warm cache; advice is given if the run is faster.
func (r *reporter) compared(t trained, name, other, advice string) finding {
	f := finding{state: measured, summary: fmt.Sprintf("A step takes %s %s.", stepTime(t), name)}
	f.table = [][]string{{"what", name, other}, {"a later step, median", stepTime(t), ""}, {"start to the end of the first step", seconds(t.Seconds[0]), ""},
		{"graphs compiled", fmt.Sprint(t.Compiled), ""}, {"loss, first and last step", losses(t), ""}, {"the adapter's bytes", "", ""}}
	if r.warm == nil {
		return f
	}
	for i, text := range []string{stepTime(*r.warm), seconds(r.warm.Seconds[0]), fmt.Sprint(r.warm.Compiled), losses(*r.warm), sameBytes(t, *r.warm)} {
		f.table[i+1][2] = text
	}
	ratio := median(t.Seconds[1:]) / median(r.warm.Seconds[1:])
	f.summary += fmt.Sprintf(" That is %.2f times as long as %s.", ratio, other)
	if ratio < worthwhile {
		f.summary += " " + advice
	}
	return f
}

// stepTime is the median time of the steps after the first one.
func stepTime(t trained) string { return seconds(median(t.Seconds[1:])) }

func seconds(s float64) string {
	if s < 1 {
		return fmt.Sprintf("%.0f ms", 1000*s)
	}
	return fmt.Sprintf("%.2f s", s)
}

func losses(t trained) string {
	return fmt.Sprintf("%.4f, %.4f", t.Losses[0], t.Losses[len(t.Losses)-1])
}

func sameBytes(a, b trained) string {
	if a.Adapter == b.Adapter {
		return "the same"
	}
	return "others"
}

func middle(values []int64) string {
	sorted := slices.Sorted(slices.Values(values[min(1, len(values)-1):]))
	return fmt.Sprint(sorted[len(sorted)/2])
}

// median is that of at least one value.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
