package main

import (
	"testing"

	"example.com/gonb-dpo/dpocore/decoder"
)

// Counted by hand: a layer has matrices of 8·8 (q), 2·4·8 (k, v), 8·8 (o), 2·16·8 (gate, up) and 8·16 (down), 576 weights; two
// norms of 8; besides it a vocabulary of 100·8 and a norm of 8. LoRA of rank 16 has 16·(in+out) values for each of seven
// projections: 16·(16 + 12 + 12 + 16 + 24 + 24 + 24) = 2048.
func TestMemory(t *testing.T) {
	c := decoder.Config{HiddenSize: 8, IntermediateSize: 16, Heads: 2, KVHeads: 1, HeadDim: 4, Layers: 1, VocabSize: 100, TiedEmbeddings: true}
	const norms = 2*8 + 8
	full, half := memoryOf(c, float32s, false), memoryOf(c, float16s, false)
	if want := int64(4 * (576 + 800 + norms)); full.weights != want {
		t.Errorf("float32 takes %d bytes, want %d", full.weights, want)
	}
	if want := int64(2*(576+800) + 4*norms); half.weights != want {
		t.Errorf("float16 takes %d bytes, want %d", half.weights, want)
	}
	if want := int64(8 * 4 * 2048); full.state != want {
		t.Errorf("the state takes %d bytes, want %d", full.state, want)
	}
	if again := memoryOf(c, float32s, true); again.saved >= full.saved {
		t.Errorf("computed again, %d bytes are saved, otherwise %d", again.saved, full.saved)
	}
}
