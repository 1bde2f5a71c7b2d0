package demand

import (
	"testing"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/internal/tinymodel"
)

// The demand of a model of one layer, counted by hand.
func TestDemand(t *testing.T) {
	c := decoder.Config{HiddenSize: 8, IntermediateSize: 16, Heads: 2, KVHeads: 1, HeadDim: 4, Layers: 1, VocabSize: 100}
	row := batch.Shape{Tokens: 10, Answers: 5, Pairs: 2}
	// weights: q 8·8, k and v 4·8 each, o 8·8, gate and up 16·8 each, down 8·16
	const weights = 64 + 64 + 64 + 256 + 128
	const layer = 10 * (2*weights + 4*5*8)    // a token looks at 5 others on average, twice, in 8 numbers
	const attention = 4 * (10*10 + 3*2*10*10) // the mask, and three arrays of two heads
	const vocabulary = 2 * 5 * 8 * 100
	// a token keeps its input 8, q 8, k and v 8, the softmax's sums 2, attention's result 8, the middle 8, gate and up 32
	got, want := Of(c, row, false), Demand{Activations: 10 * 74 * 4, Attention: attention, Workspace: 3 * 5 * 100 * 4, TrainFLOPs: 2*layer + 2*vocabulary, MeasuredFLOPs: layer + vocabulary}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	got, want = Of(c, row, true), Demand{Activations: 10 * 8 * 4, Attention: attention, Workspace: want.Workspace, TrainFLOPs: 3*layer + 2*vocabulary, MeasuredFLOPs: want.MeasuredFLOPs}
	if got != want {
		t.Errorf("computing again: %+v, want %+v", got, want)
	}
}

func TestRateIsAboveZero(t *testing.T) {
	backend, err := device.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	rate, err := Rate(backend, tinymodel.Config())
	if err != nil || !(rate > 0) {
		t.Errorf("%g operations per second, %v", rate, err)
	}
}
