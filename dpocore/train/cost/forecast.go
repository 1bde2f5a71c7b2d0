package cost

import (
	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/demand"
	"example.com/gonb-dpo/dpocore/device"
)

// Assumptions of a forecast, measured on two CPU cores with SmolLM2-135M.
const (
	processMemory = 650 << 20 // of the program, the compiler and its output, and what the allocator keeps
	stateVectors  = 8         // adapter, moments and gradients, old and new
	productShare  = 0.6       // of the speed of one large matrix product
	shapeGraphs   = 4         // compiled for each shape of row: embedding, layer, backward, one over the vocabulary
	refGraphs     = 2         // and with a reference: its layer, and another one over the vocabulary
	otherGraphs   = 2         // gradient norm, optimizer
	heldGraphs    = 5         // for the held-out rows; a shape that training has too compiles once
)

// CompileSeconds is the time of compiling a graph, measured there too.
const CompileSeconds = 0.4

// Work is what a run has yet to do.
type Work struct {
	Config  decoder.Config
	Shapes  []batch.Shape
	PerStep []float64 // rows of each shape
	Steps   int
	Filled  float64 // share of the positions in rows that hold a token

	HeldOut     []*batch.Row
	Evaluations int

	Reference bool // its log-probabilities are measured too
	Recompute bool // the backward pass computes each layer again
	Compiled  bool // by earlier runs of the process, which have most of the graphs
	Devices   int
}

// Cost is the cost of the work but for the memory, given the speed of products in FLOP per second, and the bytes that its largest
// graphs take.
func (w Work) Cost(rate float64) (c Cost, graphs int64) {
	c.Filled = w.Filled
	var largest, evaluation int64
	products := 0.0
	for i, shape := range w.Shapes {
		row := demand.Of(w.Config, shape, w.Recompute)
		largest = max(largest, row.Activations+row.Attention+row.Workspace)
		if !w.Reference {
			row.MeasuredFLOPs = 0
		}
		products += w.PerStep[i] * float64(w.Steps) * (row.TrainFLOPs + row.MeasuredFLOPs)
	}
	perShape := shapeGraphs
	if w.Reference {
		perShape += refGraphs
	}
	c.Compiles = otherGraphs + perShape*len(w.Shapes)
	if len(w.HeldOut) > 0 {
		row := demand.Of(w.Config, w.HeldOut[0].Shape, w.Recompute)
		products += float64(len(w.HeldOut)*w.Devices) * row.MeasuredFLOPs * float64(1+w.Evaluations)
		evaluation = row.Attention + row.Workspace // the allocator keeps it separately
		c.Compiles += heldGraphs
	}
	if w.Compiled {
		c.Compiles = 0
	}
	c.Seconds = products/(rate*productShare*float64(w.Devices)) + CompileSeconds*float64(c.Compiles)
	return c, largest + evaluation
}

// State is how many bytes the training of an adapter of a number of values takes, apart from its rows.
func State(adapter int) int64 { return int64(stateVectors) * int64(adapter) * 4 }

// Memory is how many bytes the process takes at most, given what the weights take, the number of values of the adapter, and what
// the largest graphs take: on top of what a new process needs or, if that is more, what this one holds now.
func Memory(weights int64, adapter int, graphs int64) int64 {
	newProcess := processMemory + weights + State(adapter)
	resident, _ := device.ResidentMemory()
	return max(newProcess, resident) + graphs
}
