package weights

import (
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/float16"
)

// 1.5 is 0x3e00 in float16 and 0x3fc0 in bfloat16; -2 is 0xc000 in both.
func TestWidened(t *testing.T) {
	for _, flat := range []any{
		[]float32{1.5, -2},
		[]float16.Float16{float16.FromBits(0x3e00), float16.FromBits(0xc000)},
		[]bfloat16.BFloat16{bfloat16.FromBits(0x3fc0), bfloat16.FromBits(0xc000)},
	} {
		if got := widened(flat); !slices.Equal(got, []float32{1.5, -2}) {
			t.Errorf("%T became %v", flat, got)
		}
	}
	if got := widened([]int32{1}); got != nil {
		t.Errorf("integers became %v", got)
	}
}
