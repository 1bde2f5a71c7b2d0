package product

import (
	"math"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/device"
)

// A product for a few tokens has the values of the plain one.
func TestFew(t *testing.T) {
	backend, err := device.Open()
	if err != nil {
		t.Fatal(err)
	}
	fill := func(rows, width int) [][]float32 {
		matrix := make([][]float32, rows)
		for i := range matrix {
			for j := range width {
				matrix[i] = append(matrix[i], float32((i*width+j)*37%101)/100-0.5)
			}
		}
		return matrix
	}
	x, w := fill(4, 96), fill(96, 5)
	got, err := CallOnce(backend, Few, x, w)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range got.Value().([][]float32) {
		for j, value := range row {
			want := 0.0
			for k := range w {
				want += float64(x[i][k]) * float64(w[k][j])
			}
			if math.Abs(float64(value)-want) > 1e-5 {
				t.Errorf("token %d, output %d: %g, want %g", i, j, value, want)
			}
		}
	}
}
