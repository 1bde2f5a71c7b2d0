package product_test

import (
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/decoder/product"
	"example.com/gonb-dpo/dpocore/device"
)

// TestProductRounds: 1 + 2⁻⁹ is between two bfloat16, 1 and 1 + 2⁻⁷, and is 1 rounded; float16 has 10 bits after the point
// and keeps it. The sum over 301 of them is not rounded: bfloat16 has no 301, and float16 no 301 · (1 + 2⁻⁹) = 301.587890625.
// Logits have twice bfloat16's digits of the states, and so has what Rounded returns, but not of the head: 301 · (1 + 2⁻⁹) · 1.
// The gradient of a sum of logits, over 301 columns of a head of these values, has 8 digits of both.
func TestProductRounds(t *testing.T) {
	backend, err := device.Open()
	if err != nil {
		t.Fatal(err)
	}
	const terms, value = 301, 1 + 1.0/512
	flat := make([]float32, terms*terms)
	for i := range flat {
		flat[i] = value
	}
	matrix := tensors.FromFlatDataAndDimensions(flat, terms, terms)
	defer matrix.MustFinalizeAll()
	for precision, want := range map[dtypes.DType]struct{ product, logits float32 }{
		dtypes.Float32:  {terms * value * value, terms * value * value},
		dtypes.BFloat16: {terms, terms * value},
		dtypes.Float16:  {terms * value * value, terms * value * value},
	} {
		outputs, err := CallOnceN(backend, func(x *Node) []*Node {
			w := StopGradient(ConvertDType(x, precision))
			logits := product.Whole(w).Logits(x)
			return []*Node{product.Of(x, 1, w, 0), product.Of(w, 1, x, 0),
				Gradient(ReduceAllSum(Mul(logits, StopGradient(x))), x)[0],
				logits, MulScalar(Mul(product.Whole(w).Rounded(x), ConvertDType(w, x.DType())), terms)}
		}, matrix)
		if err != nil {
			t.Fatal(err)
		}
		for i, output := range outputs {
			got := tensors.MustCopyFlatData[float32](output)
			expected := want.product
			if i > 2 {
				expected = want.logits
			}
			if difference := got[0] - expected; difference > 1e-3 || difference < -1e-3 {
				t.Errorf("%s, result %d: %g, want %g", precision, i, got[0], expected)
			}
			output.MustFinalizeAll()
		}
	}
}
