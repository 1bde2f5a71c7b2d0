package main

import (
	"fmt"
	"io"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/demand"
)

// usable is the memory in bytes that XLA takes by default of a T4's 15 GiB: 75 %.
const usable = 15 << 30 / 4 * 3

// What a T4 is assumed to sustain. None of it was measured; NVIDIA names 8.1 TFLOP/s in float32, 65 in float16 and 320 GB/s.
const (
	float32Rate = 5e12   // floating-point operations per second in large products
	float16Rate = 20e12  // the same with float16 factors
	smallRate   = 1.5e12 // in float32 products of attention heads and LoRA, which memory limits
	bandwidth   = 200e9  // bytes per second, read and written
	launch      = 6e-6   // seconds between a kernel and the next
	hostWait    = 1e-4   // seconds that the GPU waits for the host after a graph
)

// What make t4-check has counted and timed: kernels of a layer's three graphs together, and seconds to compile all graphs of
// training.
const (
	layerKernels   = 58 + 73 + 123
	compileSeconds = 18
)

// A run has 50 steps of 8 pairs: 1,880 tokens per step on HH-RLHF, in rows that are 90 % full.
const (
	steps       = 50
	rowsPerStep = 1880 / (0.9 * 768)
)

// memory is what training takes on the device, in bytes.
type memory struct {
	weights, state, saved, rest int64
}

func (m memory) total() int64 { return m.weights + m.state + m.saved + m.rest }

// memoryOf is the memory of training, with or without computing the layers again.
func memoryOf(c decoder.Config, p precision, recompute bool) memory {
	d := demand.Of(c, row, recompute)
	m := memory{
		weights: weightBytes(c, p),
		state:   2 * 4 * 4 * adapterSize(c), // adapter, two moments and gradients, before and after the update
		saved:   d.Activations,
		rest:    d.Workspace + d.Attention,
	}
	if recompute { // the activations of one layer
		m.rest += demand.Of(c, row, false).Activations / int64(c.Layers)
	}
	if p == q4 { // a layer's matrices while its graph runs
		m.rest += 2 * int64(c.MatrixWeights())
	}
	return m
}

// weightBytes is the size of the weights, as they are loaded: matrices in the precision, norms and biases in float32.
func weightBytes(c decoder.Config, p precision) int64 {
	bytes := 0.
	for i, slot := range c.Slots() {
		each := 4.
		switch {
		case p == q4 && len(slot.Dims) == 2 && !slot.Transposed && (i > 0 || c.TiedEmbeddings):
			each = vocabularyBytes
		case len(slot.Dims) == 2:
			each = p.bytes
		}
		bytes += each * float64(slot.Size())
	}
	return int64(bytes)
}

// adapterSize is the number of values of an adapter on all projections.
func adapterSize(c decoder.Config) int64 {
	layout, err := decoder.NewLayout(c, decoder.LoRA{Rank: rank, Alpha: rank, Modules: decoder.AllModules})
	if err != nil {
		panic(err) // the models of the table are valid
	}
	return int64(layout.Size)
}

// seconds is the time of a run, split into large products, small ones, widening of quantized weights, and what is between kernels and
// graphs.
func seconds(c decoder.Config, p precision, recompute bool) (large, small, widening, between float64) {
	d := demand.Of(c, row, recompute)
	passes := 3.0 // the reference's forward pass, the policy's, and its backward pass
	if recompute {
		passes = 4
	}
	rows := float64(steps) * rowsPerStep
	matrices := passes * 2 * float64(row.Tokens) * float64(c.Layers) * float64(c.MatrixWeights())
	rate := float32Rate
	if p != float32s {
		rate = float16Rate
	}
	if p == q4 { // read in four bits, and written in float16
		widening = passes * float64(c.Layers) * float64(c.MatrixWeights()) * (p.bytes + 2) / bandwidth
	}
	others := d.TrainFLOPs + d.MeasuredFLOPs - matrices + 3*passes*2*float64(row.Tokens)*float64(adapterSize(c))
	executions := float64(c.Layers)*passes + 4
	kernels := float64(c.Layers) * layerKernels * passes / 3
	return rows * matrices / rate, rows * others / smallRate, rows * widening, rows * (kernels*launch + executions*hostWait)
}

// estimate prints the tables.
func estimate(out io.Writer) {
	fmt.Fprintf(out, "GiB of memory, computed; XLA takes %.1f of a T4\n\n", gib(usable))
	fmt.Fprintln(out, "| model | precision | layers computed again | weights | state | saved | rest | total | fits |")
	fmt.Fprintln(out, "|---|---|---|---|---|---|---|---|---|")
	each(func(m model, p precision, again bool) {
		n := memoryOf(m.config, p, again)
		fmt.Fprintf(out, "| %s | %s | %s | %.1f | %.2f | %.2f | %.2f | %.1f | %s |\n", m.name, p.name, yes(again), gib(n.weights),
			gib(n.state), gib(n.saved), gib(n.rest), gib(n.total()), yes(n.total() <= usable))
	})
	fmt.Fprintf(out, "\nTime of %d steps of 8 pairs, computed from assumed rates\n\n", steps)
	fmt.Fprintln(out, "| model | precision | layers computed again | large products | small products | widening | between kernels | compiling | total |")
	fmt.Fprintln(out, "|---|---|---|---|---|---|---|---|---|")
	each(func(m model, p precision, again bool) {
		large, small, widening, between := seconds(m.config, p, again)
		fmt.Fprintf(out, "| %s | %s | %s | %.0f s | %.0f s | %.0f s | %.0f s | %d s | %.1f min |\n", m.name, p.name, yes(again), large, small, widening, between,
			compileSeconds, (large+small+widening+between+compileSeconds)/60)
	})
}

// each visits the models in their precisions, without and with layers computed again.
func each(visit func(m model, p precision, recompute bool)) {
	for _, m := range models() {
		for _, p := range m.precisions {
			visit(m, p, false)
			visit(m, p, true)
		}
	}
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func gib(bytes int64) float64 { return float64(bytes) / (1 << 30) }
