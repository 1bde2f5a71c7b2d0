package generate

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/internal/tinymodel"
)

// forward is the pass that training uses, without a cache.
type forward struct {
	model   loaded
	exec    *Exec
	adapter []any
}

func (m loaded) forward(t *testing.T, layout *decoder.Layout, adapter []float32) *forward {
	t.Helper()
	exec, err := NewExec(m.backend, func(params []*Node) []*Node {
		net, rest := decoder.Bind(m.weights.Config, params)
		ids := rest[0]
		if layout != nil {
			net = net.WithAdapter(layout.Bind(rest[1]))
		}
		same := ZerosLike(ids)
		row := decoder.Row{Tokens: ids, Pair: same, Branch: same, Position: Iota(ids.Graph(), ids.Shape(), 0)}
		return []*Node{net.Logits(net.Hidden(row))}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(exec.Finalize)
	f := &forward{model: m, exec: exec}
	if layout != nil {
		f.adapter = []any{adapter}
	}
	return f
}

// logits are those after each of tokens.
func (f *forward) logits(t *testing.T, tokens []int32) [][]float32 {
	t.Helper()
	var args []any
	for _, weight := range f.model.weights.Tensors() {
		args = append(args, weight)
	}
	outputs, err := f.exec.Call(append(append(args, tokens), f.adapter...)...)
	if err != nil {
		t.Fatal(err)
	}
	defer finalize(outputs...)
	logits, err := lines(outputs[0])
	if err != nil {
		t.Fatal(err)
	}
	return logits
}

func wantNear(t *testing.T, what string, got, want []float32) {
	t.Helper()
	worst := 0.0
	for i := range want {
		worst = max(worst, math.Abs(float64(got[i]-want[i])))
	}
	if !(worst <= 1e-4) {
		t.Errorf("%s: logits differ by %g from the forward pass without a cache", what, worst)
	}
}

// TestCacheEqualsForward feeds given tokens to several samples side by side. Each must have the same logits as in a
// separate sequence. Prompts of one token, of a full piece and of several; with and without an adapter.
func TestCacheEqualsForward(t *testing.T) {
	m := tiny(t)
	layout := m.layout(t)
	for _, test := range []struct {
		prompt, samples int
		adapter         bool
	}{{1, 1, false}, {5, 3, false}, {piece, 2, false}, {2*piece + 7, 2, false}, {9, 2, true}} {
		t.Run(fmt.Sprintf("prompt %d, samples %d, adapter %t", test.prompt, test.samples, test.adapter), func(t *testing.T) {
			if test.adapter {
				compare(t, m, layout, randomAdapter(layout), test.prompt, test.samples)
			} else {
				compare(t, m, nil, nil, test.prompt, test.samples)
			}
		})
	}
}

func compare(t *testing.T, m loaded, layout *decoder.Layout, adapter []float32, promptLength, samples int) {
	t.Helper()
	const length = 12
	prompt := tinymodel.RandomTokens(promptLength, 1)
	whole := m.forward(t, layout, adapter)
	texts, want := make([][]int32, samples), make([][][]float32, samples)
	for b := range texts {
		texts[b] = tinymodel.RandomTokens(length, uint64(10+b))
		want[b] = whole.logits(t, slices.Concat(prompt, texts[b]))
	}
	cache, err := m.generator(t, layout, adapter).newCache(slotsFor(len(prompt), greedy(length, samples)), samples)
	if err != nil {
		t.Fatal(err)
	}
	defer cache.finalize()
	logits, err := cache.readPrompt(context.Background(), prompt)
	if err != nil {
		t.Fatal(err)
	}
	wantNear(t, "prompt", logits[0], want[0][len(prompt)-1])
	for i := range length {
		next := make([]int32, samples)
		for b := range next {
			next[b] = texts[b][i]
		}
		if logits, err = cache.readTokens(context.Background(), next); err != nil {
			t.Fatal(err)
		}
		for b := range next {
			wantNear(t, fmt.Sprintf("sample %d, token %d", b, i), logits[b], want[b][len(prompt)+i])
		}
	}
}
