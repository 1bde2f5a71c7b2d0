package selftest

import (
	"fmt"
	"math"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// products are matrix products in a precision.
type products struct {
	precision dtypes.DType
	digits    float64 // by which the factors' values are rounded before, so that the precision holds them exactly; 0 for none
	tolerance float64 // of a product [m, k]·[k, n] of standard normal factors, divided by √k
}

// Of the results, which are up to 5√k, a half precision rounds the last digit; how the sum over k is rounded is the device's
// choice. TF32, which rounds the factors of float32 products to 10 bits, would be off by more than 1e-3.
var (
	float32Products  = products{dtypes.Float32, 0, 5e-5}
	float16Products  = products{dtypes.Float16, 16, 1e-2}
	bfloat16Products = products{dtypes.BFloat16, 16, 3e-2}
)

// productSizes are m, k and n of the products: a token with a matrix, sizes that no tile divides, and a full matrix.
var productSizes = [][3]int{{1, 576, 64}, {65, 129, 33}, {384, 512, 384}}

// check compares products with the host's.
func (p products) check(backend compute.Backend) (string, error) {
	worst, sizes := 0.0, []string{}
	for i, size := range productSizes {
		difference, err := p.difference(backend, uint64(2*i), size)
		if err != nil {
			return "", err
		}
		worst, sizes = largest(worst, difference), append(sizes, fmt.Sprintf("%d×%d×%d", size[0], size[1], size[2]))
	}
	summary, err := compared(strings.Join(sizes, ", "), worst, p.tolerance)
	if err != nil && p.precision == dtypes.Float32 && worst < 1e-2 {
		err = fmt.Errorf("%w, as with TF32; is tf32 in GOMLX_BACKEND? Write xla:cuda,notf32", err)
	}
	return summary, err
}

// difference is the largest one in the product of two random matrices, divided by √k.
func (p products) difference(backend compute.Backend, seed uint64, size [3]int) (float64, error) {
	m, k, n := size[0], size[1], size[2]
	a, b := p.exact(random(seed, m, k)), p.exact(random(seed+1, k, n))
	output, err := CallOnce(backend, func(a, b *Node) *Node {
		product := MatMul(ConvertDType(a, p.precision), ConvertDType(b, p.precision))
		return ConvertDType(product, dtypes.Float32)
	}, a, b)
	if err != nil {
		return 0, fmt.Errorf("multiply [%d, %d] and [%d, %d]: %w", m, k, k, n, err)
	}
	defer output.MustFinalizeAll()
	got, err := rows(output.Value())
	if err != nil {
		return 0, err
	}
	worst := 0.0
	for i, row := range product(a, b) {
		for j, want := range row {
			worst = largest(worst, math.Abs(float64(got[i][j])-want))
		}
	}
	return worst / math.Sqrt(float64(k)), nil
}

// exact rounds values to what the precision holds exactly.
func (p products) exact(matrix [][]float32) [][]float32 {
	if p.digits == 0 {
		return matrix
	}
	for _, row := range matrix {
		for j, value := range row {
			row[j] = float32(math.Round(float64(value)*p.digits) / p.digits)
		}
	}
	return matrix
}

// product is a·b in float64.
func product(a, b [][]float32) [][]float64 {
	result := make([][]float64, len(a))
	for i, row := range a {
		sums := make([]float64, len(b[0]))
		for k, x := range row {
			for j, y := range b[k] {
				sums[j] += float64(x) * float64(y)
			}
		}
		result[i] = sums
	}
	return result
}
