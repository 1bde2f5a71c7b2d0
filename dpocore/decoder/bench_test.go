package decoder

import (
	"testing"
	"time"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/decoder/product"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/internal/cputime"
)

// benchPart is a part of a layer: a graph from inputs of the given shapes, and how many floating-point operations in it are
// useful.
type benchPart struct {
	name   string
	useful int
	shapes [][]int
	build  func(in []*Node) []*Node
}

// BenchmarkParts times the parts of a layer of SmolLM2-135M in a row of 512 tokens, each in a separate graph, and shows which
// share of the machine's peak the useful operations reach. Both are in processor time: a product of two matrices of
// 1024×1024 is the peak, and runs in turn with the part, so that other load slows both alike. Useful are those with the stored
// matrices and factors, and of attention those up to each token's position in one sequence of 256 tokens.
func BenchmarkParts(b *testing.B) {
	backend, err := device.Open()
	if err != nil {
		b.Fatal(err)
	}
	const size = 1024
	peak := benchPart{"peak", 2 * size * size * size, [][]int{{size, size}, {size, size}}, func(in []*Node) []*Node {
		return []*Node{product.Of(in[0], 1, in[1], 0)}
	}}
	timePeak := peak.prepare(b, backend)
	for _, part := range layerParts(b, 512, 256) {
		b.Run(part.name, func(b *testing.B) {
			timePart := part.prepare(b, backend)
			b.ResetTimer()
			var used, usedByPeak time.Duration
			for range b.N {
				used, usedByPeak = used+timePart(), usedByPeak+timePeak()
			}
			b.ReportMetric(used.Seconds()*1e3/float64(b.N), "cpu-ms/op")
			b.ReportMetric(float64(part.useful)/1e9, "GFLOP")
			b.ReportMetric(100*float64(part.useful)/used.Seconds()/(float64(peak.useful)/usedByPeak.Seconds()), "%peak")
		})
	}
}

// prepare compiles the graph and returns a function that runs it once, and returns the processor time of that.
func (p benchPart) prepare(b *testing.B, backend compute.Backend) func() time.Duration {
	exec, err := NewExec(backend, p.build)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(exec.Finalize)
	var inputs []any
	for _, dims := range p.shapes {
		values := make([]float32, size(dims))
		for i := range values {
			values[i] = float32(i%19-9) / 100
		}
		inputs = append(inputs, tensors.FromFlatDataAndDimensions(values, dims...))
	}
	run := func() time.Duration {
		before := cputime.Used(b)
		for _, output := range exec.MustCall(inputs...) {
			output.MustFinalizeAll()
		}
		return cputime.Used(b) - before
	}
	run() // compiles
	return run
}

// layerParts are the parts of a layer for a row of tokens with pairs of some length.
func layerParts(b *testing.B, tokens, pair int) []benchPart {
	c := Config{HiddenSize: 576, IntermediateSize: 1536, Layers: 1, Heads: 9, KVHeads: 3, HeadDim: 64, RMSNormEps: 1e-5}
	layout, err := NewLayout(c, LoRA{Rank: 16, Alpha: 16, Modules: AllModules})
	if err != nil {
		b.Fatal(err)
	}
	var inputs, outputs, matrices, layer [][]int
	for _, slot := range c.LayerSlots(0) {
		layer = append(layer, slot.Dims)
		if len(slot.Dims) == 2 {
			matrices = append(matrices, slot.Dims)
			inputs, outputs = append(inputs, []int{tokens, slot.Dims[0]}), append(outputs, []int{tokens, slot.Dims[1]})
		}
	}
	hidden, rotation, bias, adapter := inputs[0], []int{tokens, c.HeadDim / 2}, []int{tokens, tokens}, []int{layout.LayerSize}
	queries, keys, perHead := []int{c.KVHeads, tokens, 3, c.HeadDim}, []int{c.KVHeads, tokens, c.HeadDim}, []int{c.KVHeads, tokens, 3}
	join := func(lists ...[][]int) (all [][]int) {
		for _, list := range lists {
			all = append(all, list...)
		}
		return all
	}
	whole := join(layer, [][]int{rotation, rotation, bias, hidden, adapter})
	saved := [][]int{outputs[QKV], perHead, inputs[AttentionOut], hidden, outputs[GateUp], hidden}
	bind := func(in []*Node, adapted bool) (l Layer, x *Node, p Positions, rest []*Node) {
		l, in = BindLayer(c, in)
		if adapted {
			l = l.WithAdapter(layout.BindLayer(in[4]))
		}
		return l, in[3], Positions{Rotation{in[0], in[1]}, in[2]}, in[5:]
	}
	flops := 2 * tokens
	attention := flops * (pair + 1) / 2 * 2 * c.QuerySize()
	lora := flops * layout.LayerSize
	projections := flops * c.MatrixWeights()
	return []benchPart{
		{"projections", projections, join(inputs, matrices), func(in []*Node) (out []*Node) {
			for g := range groupCount {
				out = append(out, product.Of(in[g], 1, in[groupCount+g], 0))
			}
			return out
		}},
		{"projections_backward", projections, join(outputs, matrices), func(in []*Node) (out []*Node) {
			for g := range groupCount {
				out = append(out, product.Of(in[g], 1, in[groupCount+g], 1))
			}
			return out
		}},
		{"attention", attention, [][]int{queries, keys, keys, bias}, func(in []*Node) []*Node {
			attended, logSums := Positions{Bias: in[3]}.row().Attend(Heads{Q: in[0], K: in[1], V: in[2]})
			return []*Node{attended, logSums}
		}},
		{"attention_backward", attention * 5 / 2, [][]int{queries, keys, keys, bias, perHead, queries, perHead}, func(in []*Node) []*Node {
			grads := Positions{Bias: in[3]}.row().AttendGrad(Heads{Q: in[0], K: in[1], V: in[2]}, in[4], in[5], in[6])
			return []*Node{grads.Q, grads.K, grads.V}
		}},
		{"LoRA", lora, append(join(inputs), adapter), func(in []*Node) (out []*Node) {
			for g := range Group(groupCount) {
				out = append(out, layout.BindLayer(in[groupCount]).add(g, in[g]))
			}
			return out
		}},
		{"LoRA_backward", 2 * lora, append(join(inputs, outputs), adapter), func(in []*Node) []*Node {
			a, out, factors := layout.BindLayer(in[2*groupCount]), []*Node{}, [groupCount][]*Node{}
			for g := range Group(groupCount) {
				gradX, list := a.grad(g, in[g], in[groupCount+int(g)])
				out, factors[g] = append(out, gradX), list
			}
			return append(out, a.join(factors))
		}},
		{"layer_of_the_reference", projections + attention, whole, func(in []*Node) []*Node {
			l, x, p, _ := bind(in, false)
			output, _ := l.Forward(x, p)
			return []*Node{output}
		}},
		{"layer", projections + lora + attention, whole, func(in []*Node) []*Node {
			l, x, p, _ := bind(in, true)
			output, a := l.Forward(x, p)
			return []*Node{output, a.QKV, a.LogSums, a.Attended, a.Residual, a.GateUp}
		}},
		{"layer_backward", projections + 2*lora + attention*5/2, join(whole, saved), func(in []*Node) []*Node {
			l, x, p, rest := bind(in, true)
			grads, gradIn := l.Backward(x, Activations[*Node]{rest[0], rest[1], rest[2], rest[3], rest[4]}, p, rest[5])
			return append(grads, gradIn)
		}},
	}
}
