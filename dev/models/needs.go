package main

import (
	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/demand"
)

// The job of the tables: steps of pairs, each a prompt of 256 tokens and two answers of 256, so that both sequences have 512. A row has
// one pair, with its prompt once. The adapter has the default rank, on all projections.
const (
	steps, pairs = 50, 8
	rank         = 16
)

var row = batch.Shape{Tokens: 256 + 2*256, Answers: 2 * 256, Pairs: 1}

// A form is how weights are in memory.
type form struct {
	name       string
	matrix     float64 // bytes of a weight in a layer's matrix, or in an embedding that makes no logits
	vocabulary float64 // bytes of one in the matrix that makes logits
}

// The blocks of Q8_0 and Q4_0 are 32 codes and a scale in float16. In files of the type Q4_0 the vocabulary matrix is in Q6_K, which takes
// a byte for a code on a device, and a scale in float32 for 16.
var (
	float32s = form{"float32", 4, 4}
	halves   = form{"half", 2, 2}
	q8       = form{"Q8_0", 34. / 32, 34. / 32}
	q4       = form{"Q4_0", 18. / 32, 1 + 4./16}
)

// weights is the size of a model's weights in bytes. Vectors are in float32.
func (f form) weights(c decoder.Config) float64 {
	total := 0.
	for i, slot := range c.Slots() {
		each := 4.
		switch {
		case slot.Transposed, i == 0 && !c.TiedEmbeddings:
			each = f.matrix
		case len(slot.Dims) == 2:
			each = f.vocabulary
		}
		total += each * float64(slot.Size())
	}
	return total
}

// memory is what training takes in bytes besides the program: weights, the adapter with its moments and gradients before and after
// an update, what the forward pass saves, and the largest graph. again computes layers again in place of saving all.
func (f form) memory(c decoder.Config, again bool) (float64, error) {
	layout, err := decoder.NewLayout(c, decoder.LoRA{Rank: rank, Alpha: rank, Modules: decoder.AllModules})
	if err != nil {
		return 0, err
	}
	d := demand.Of(c, row, again)
	total := f.weights(c) + 2*4*4*float64(layout.Size) + float64(d.Activations+d.Workspace+d.Attention)
	if again {
		total += float64(demand.Of(c, row, false).Activations) / float64(c.Layers)
	}
	if f.matrix < 2 { // a layer's matrices, widened while its graph runs, or a sixteenth of the vocabulary matrix
		total += 4 * max(float64(c.MatrixWeights()), float64(c.VocabSize*c.HiddenSize)/16)
	}
	return total, nil
}

// work is the floating-point operations of the job.
func work(c decoder.Config, again bool) float64 {
	d := demand.Of(c, row, again)
	return steps * pairs * (d.TrainFLOPs + d.MeasuredFLOPs)
}

// A place is a machine.
type place struct {
	name  string
	bytes float64 // that training can have
	rate  float64 // floating-point operations per second
	forms []form
}

const gib = 1 << 30

// XLA takes 75 % of a GPU's memory. On a laptop 3 GB are the system's and the browser's, and half a GB the program's.
var places = []place{
	{"T4", 0.75 * 15 * gib, 20e12, []form{halves, q8, q4}},
	{"24 GB GPU", 0.75 * 24e9, 40e12, []form{halves, q8, q4}},
	{"laptop, 8 GB", 8e9 - 3.5e9, 0.2e12, []form{float32s, halves, q8, q4}},
	{"laptop, 16 GB", 16e9 - 3.5e9, 0.2e12, []form{float32s, halves, q8, q4}},
	{"laptop, 24 GB", 24e9 - 3.5e9, 0.2e12, []form{float32s, halves, q8, q4}},
}

// best is the first form of a place in which a model fits, and whether layers are computed again; ok is false if none does.
func (p place) best(c decoder.Config) (f form, again, ok bool, err error) {
	for _, f := range p.forms {
		for _, again := range []bool{false, true} {
			need, err := f.memory(c, again)
			if err != nil || need <= p.bytes {
				return f, again, err == nil, err
			}
		}
	}
	return f, false, false, nil
}
