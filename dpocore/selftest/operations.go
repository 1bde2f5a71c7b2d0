package selftest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
)

// Sizes of the checks of elementwise operations and reductions.
const (
	expValues       = 1 << 14
	reducedRows     = 100
	reducedPerRow   = 3000
	expTolerance    = 1e-6 // relative; float32 has 6e-8
	reduceTolerance = 1e-6 // relative to the sum of absolute values
)

// checkExp compares eˣ for x from −20 to 20.
func checkExp(backend compute.Backend) (string, error) {
	x := make([]float32, expValues)
	for i := range x {
		x[i] = float32(i)/expValues*40 - 20
	}
	got, err := call(backend, Exp, x)
	if err != nil {
		return "", err
	}
	worst := 0.0
	for i, value := range got[0] {
		want := math.Exp(float64(x[i]))
		worst = largest(worst, math.Abs(float64(value)-want)/want)
	}
	return compared(fmt.Sprintf("%d values", len(x)), worst, expTolerance)
}

// checkReductions compares the sums and maxima of rows.
func checkReductions(backend compute.Backend) (string, error) {
	x := random(1, reducedRows, reducedPerRow)
	sums, err := call(backend, func(x *Node) *Node { return ReduceSum(x, -1) }, x)
	if err != nil {
		return "", err
	}
	maxima, err := call(backend, func(x *Node) *Node { return ReduceMax(x, -1) }, x)
	if err != nil {
		return "", err
	}
	worst := 0.0
	for i, row := range x {
		sum, size, highest := 0.0, 0.0, float32(math.Inf(-1))
		for _, value := range row {
			sum, size, highest = sum+float64(value), size+math.Abs(float64(value)), max(highest, value)
		}
		worst = largest(worst, math.Abs(float64(sums[0][i])-sum)/size)
		if maxima[0][i] != highest {
			return "", fmt.Errorf("the maximum of row %d is %g on the device and %g on the host", i, maxima[0][i], highest)
		}
	}
	return compared(fmt.Sprintf("%d rows of %d values", reducedRows, reducedPerRow), worst, reduceTolerance)
}

// call runs a graph of one input and returns its result as rows; a vector is one row.
func call(backend compute.Backend, build func(*Node) *Node, input any) ([][]float32, error) {
	output, err := CallOnce(backend, build, input)
	if err != nil {
		return nil, err
	}
	defer output.MustFinalizeAll()
	return rows(output.Value())
}

// rows returns the value of a matrix, or of a vector as its only row.
func rows(value any) ([][]float32, error) {
	switch value := value.(type) {
	case [][]float32:
		return value, nil
	case []float32:
		return [][]float32{value}, nil
	default:
		return nil, fmt.Errorf("the device returned %T", value)
	}
}

// random returns a matrix of normally distributed values.
func random(seed uint64, rows, columns int) [][]float32 {
	source := rand.New(rand.NewPCG(seed, 0))
	matrix := make([][]float32, rows)
	for i := range matrix {
		matrix[i] = make([]float32, columns)
		for j := range matrix[i] {
			matrix[i][j] = float32(source.NormFloat64())
		}
	}
	return matrix
}

// largest is max, but NaN, which comes from a wrong result, is larger than any number.
func largest(a, b float64) float64 {
	if math.IsNaN(a) || math.IsNaN(b) {
		return math.Inf(1)
	}
	return max(a, b)
}

// compared returns a summary, or an error if the difference is too large.
func compared(what string, difference, tolerance float64) (string, error) {
	summary := fmt.Sprintf("%s, largest difference %.1e of %.0e allowed", what, difference, tolerance)
	if difference <= tolerance {
		return summary, nil
	}
	return summary, fmt.Errorf("the device's results differ from the host's by %.1e, where %.0e is allowed", difference, tolerance)
}
