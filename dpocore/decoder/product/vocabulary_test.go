package product

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/decoder/packed"
	"example.com/gonb-dpo/dpocore/device"
)

// A quantized vocabulary of 7 rows, in blocks of 3, 3 and 1, has the rows of the widened matrix, and its logits, their
// gradient and their mean within rounding: the products of a block are those of the whole matrix, and the gradient is the
// sum of three.
func TestQuantizedVocabulary(t *testing.T) {
	backend, err := device.Open()
	if err != nil {
		t.Fatal(err)
	}
	const rows, groups, group, tokens = 7, 2, 4, 3
	random := rand.New(rand.NewPCG(3, 4))
	var scales, states []float32
	for range rows * 2 * groups {
		scales = append(scales, random.Float32()/8)
	}
	for range tokens * groups * group {
		states = append(states, random.Float32()-0.5)
	}
	signed, bytes := make([]int8, rows*groups*group), make([]uint8, rows*groups*group/2)
	for i := range signed {
		signed[i] = int8(random.Uint32())
	}
	for i := range bytes {
		bytes[i] = uint8(random.Uint32())
	}
	x := tensors.FromFlatDataAndDimensions(states, tokens, groups*group)
	for name, in := range map[string][]*tensors.Tensor{
		"eight bits": {tensors.FromFlatDataAndDimensions(signed, rows, groups, group), tensors.FromFlatDataAndDimensions(scales[:rows*groups], rows, 1, groups)},
		"four bits":  {tensors.FromFlatDataAndDimensions(bytes, rows, groups, group/2), tensors.FromFlatDataAndDimensions(scales, rows, 2, groups)},
	} {
		results := func(v Vocabulary, x *Node) []*Node {
			logits := v.Logits(x)
			weights := Iota(x.Graph(), logits.Shape(), 1)
			return []*Node{v.Rows(Const(x.Graph(), []int32{6, 0, 3})), logits, Gradient(ReduceAllSum(Mul(logits, weights)), x)[0], v.MeanLogits(x, logits)}
		}
		outputs, err := CallOnceN(backend, func(in []*Node) []*Node {
			quantized := Quantized(in[0], in[1], dtypes.Float32)
			quantized.blockRows = 3
			return append(results(quantized, in[2]), results(Whole(packed.Rows(in[0], in[1])), in[2])...)
		}, in[0], in[1], x)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 4 {
			got, want := tensors.MustCopyFlatData[float32](outputs[i]), tensors.MustCopyFlatData[float32](outputs[4+i])
			equal := func(a, b float32) bool { return a == b || i > 0 && a-b < 1e-4 && b-a < 1e-4 }
			if !slices.EqualFunc(got, want, equal) {
				t.Errorf("%s, result %d:\n%g, of the widened matrix\n%g", name, i, got, want)
			}
		}
	}
}

// Logits of a quantized vocabulary and their gradient widen it a block at a time: 65,536 rows of 1,024 values are 268 MB in float32,
// and a block is 34.
func TestQuantizedVocabularyTakesLittleMemory(t *testing.T) {
	backend, err := device.Open()
	if err != nil {
		t.Fatal(err)
	}
	const rows, groups, group, tokens = 1 << 16, 32, 32, 4
	of := func(dtype dtypes.DType, dims ...int) *tensors.Tensor {
		x, err := tensors.FromShapeForBackend(backend, 0, shapes.Make(dtype, dims...))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(x.MustFinalizeAll)
		return x
	}
	codes, scales, states := of(dtypes.Int8, rows, groups, group), of(dtypes.Float16, rows, 1, groups), of(dtypes.Float32, tokens, groups*group)
	device.ResetPeak()
	before, known := device.ResidentMemory()
	if !known || backend.Name() != "xla" {
		t.Skip("the system does not tell how much memory the process has, or the graph is not compiled")
	}
	if _, err := CallOnceN(backend, func(in []*Node) []*Node {
		logits := Quantized(in[0], in[1], dtypes.Float32).Logits(in[2])
		return []*Node{Gradient(ReduceAllSum(Mul(logits, logits)), in[2])[0]}
	}, codes, scales, states); err != nil {
		t.Fatal(err)
	}
	peak, _ := device.PeakMemory()
	if peak-before > 220<<20 {
		t.Errorf("it took %d MB", (peak-before)>>20)
	}
}
