package train

import (
	"math"
	"time"

	"example.com/gonb-dpo/dpocore/demand"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/train/cost"
)

// Assumptions of a forecast, measured on two CPU cores with SmolLM2-135M.
const (
	processMemory  = 650 << 20 // of the program, the compiler and its output, and what the allocator keeps
	stateVectors   = 8         // adapter, moments and gradients, old and new
	productShare   = 0.6       // of the speed of one large matrix product
	compileSeconds = 0.4       // for each graph
	shapeGraphs    = 4         // compiled for each shape of row: embedding, layer, backward, one over the vocabulary
	refGraphs      = 2         // and with a reference: its layer, and another one over the vocabulary
	otherGraphs    = 2         // gradient norm, optimizer
	heldGraphs     = 5         // for the held-out rows; a shape that training has too compiles once
	sampledSteps   = 32
)

// shapeGraphs is the number of graphs that compile for each shape of row.
func (t *trainer) shapeGraphs() int {
	if t.reward.NeedsReference() {
		return shapeGraphs + refGraphs
	}
	return shapeGraphs
}

// preflight makes the forecast, and turns on recomputation if the layers' activations would not fit into memory.
func (t *trainer) preflight() error {
	var largest int64
	for _, shape := range t.shapes {
		row := demand.Of(t.model.Weights().Config, shape, false)
		largest = max(largest, row.Activations+row.Attention+row.Workspace)
	}
	memory := demand.FreeOn(t.model.Backend())
	recompute := memory.Known && largest > memory.Free
	if recompute {
		t.policy.Recompute()
		t.listener.Note("Memory is short, so the backward pass recomputes each layer (gradient checkpointing): a third slower, same results.")
	}
	t.opened = time.Now()
	device.ResetPeak()
	expected, err := t.expect(recompute)
	t.expected = expected
	return err
}

// checkMemory refuses a run whose rows can't fit into the memory, before anything compiles.
func (t *trainer) checkMemory() error {
	memory := demand.FreeOn(t.model.Backend())
	for _, shape := range t.shapes {
		if err := memory.CheckTraining(t.model.Weights().Config, shape); err != nil {
			return err
		}
	}
	return memory.CheckMeasuring(t.model.Weights().Config, t.heldOutRows)
}

// expect forecasts the remaining steps and evaluations.
func (t *trainer) expect(recompute bool) (cost.Cost, error) {
	rate, err := demand.Rate(t.model.Backend(), t.model.Weights().Config)
	if err != nil {
		return cost.Cost{}, err
	}
	c := t.model.Weights().Config
	left := t.config.MaxSteps - t.step
	perStep, filled, err := t.rowsPerStep(left)
	if err != nil {
		return cost.Cost{}, err
	}
	f := cost.Cost{Filled: filled}
	var largest, evaluation int64
	products := 0.0
	for i, shape := range t.shapes {
		row := demand.Of(c, shape, recompute)
		largest = max(largest, row.Activations+row.Attention+row.Workspace)
		if !t.reward.NeedsReference() {
			row.MeasuredFLOPs = 0
		}
		products += perStep[i] * float64(left) * (row.TrainFLOPs + row.MeasuredFLOPs)
	}
	f.Compiles = otherGraphs + t.shapeGraphs()*len(t.shapes)
	if len(t.heldOutRows) > 0 {
		row := demand.Of(c, t.heldOutRows[0].Shape, recompute)
		products += float64(len(t.heldOutRows)*t.model.Devices()) * row.MeasuredFLOPs * float64(1+t.evaluationsLeft())
		evaluation = row.Attention + row.Workspace // the allocator keeps it separately
		f.Compiles += heldGraphs
	}
	if t.compiled > 0 { // by earlier runs of this process, which have most of these graphs
		f.Compiles = 0
	}
	f.Seconds = products/(rate*productShare*float64(t.model.Devices())) + compileSeconds*float64(f.Compiles)
	f.Memory = t.memory(largest + evaluation)
	return f, nil
}

// memory is how many bytes the process takes at most, given what the largest graphs take: on top of what a new
// process needs or, if that is more, what this one holds now. On a GPU it is unknown.
func (t *trainer) memory(graphs int64) int64 {
	if device.OnGPU(t.model.Backend()) {
		return 0
	}
	state := int64(stateVectors) * int64(t.layout.Size) * 4
	newProcess := processMemory + t.model.Weights().WorkingBytes() + state
	resident, _ := device.ResidentMemory()
	return max(newProcess, resident) + graphs
}

// rowsPerStep is how many rows of each shape a step has on average, and what share of their positions is filled, from a
// sample of the remaining steps.
func (t *trainer) rowsPerStep(left int) (count []float64, filled float64, err error) {
	count = make([]float64, len(t.shapes))
	sample := min(left, sampledSteps)
	tokens, positions := 0, 0
	for i := range sample {
		_, pairs, err := t.pairs.At(t.schedule.Step(t.step + i*left/sample))
		if err != nil {
			return nil, 0, err
		}
		rows, err := t.pack(pairs)
		if err != nil {
			return nil, 0, err
		}
		for _, pair := range pairs {
			tokens += pair.Tokens()
		}
		for _, row := range rows {
			positions += row.Shape.Tokens
			for s, shape := range t.shapes {
				if row.Shape == shape {
					count[s] += 1 / float64(sample)
				}
			}
		}
	}
	return count, float64(tokens) / float64(max(1, positions)), nil
}

func (t *trainer) evaluationsLeft() int {
	if t.config.EvalSteps == 0 {
		return 1
	}
	return int(math.Ceil(float64(t.config.MaxSteps-t.step) / float64(t.config.EvalSteps)))
}

// actual is the cost of the run since its forecast.
func (t *trainer) actual() cost.Cost {
	f := cost.Cost{Seconds: time.Since(t.opened).Seconds(), Compiles: t.policy.Compiles() - t.compiled}
	if peak, ok := device.PeakMemory(); ok && t.expected.Memory > 0 {
		f.Memory = peak
	}
	return f
}

// numbers is a forecast for the listener.
func numbers(c cost.Cost) Cost {
	compiling := compileSeconds * float64(c.Compiles)
	return Cost{Memory: c.Memory, Seconds: c.Seconds - compiling, CompilingSeconds: compiling}
}
