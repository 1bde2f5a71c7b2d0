package train

import (
	"time"

	"example.com/gonb-dpo/dpocore/demand"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/train/cost"
)

// sampledSteps is how many of the remaining steps a forecast looks at.
const sampledSteps = 32

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
	work := cost.Work{
		Config: c, Shapes: t.shapes, PerStep: perStep, Steps: left, Filled: filled, HeldOut: t.heldOutRows, Evaluations: t.config.EvaluationsAfter(t.step),
		Reference: t.reward.NeedsReference(), Recompute: recompute, Compiled: t.compiled > 0, Devices: t.model.Devices(),
	}
	f, graphs := work.Cost(rate)
	if !device.OnGPU(t.model.Backend()) { // where the memory is unknown
		f.Memory = cost.Memory(t.model.Weights().WorkingBytes(), t.layout.Size, graphs)
		if t.layout.Whole() {
			f.Memory += demand.Saving(t.layout.Size)
		}
	}
	return f, nil
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
	compiling := cost.CompileSeconds * float64(c.Compiles)
	return Cost{Memory: c.Memory, Seconds: c.Seconds - compiling, CompilingSeconds: compiling}
}
