// Command selftest multiplies two matrices on the device that set-up chose and checks the product.
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/device"
)

const size = 1024

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "selftest:", err)
		os.Exit(1)
	}
}

func run() error {
	started := time.Now()
	backend, err := device.Open()
	if err != nil {
		return err
	}
	defer backend.Finalize()
	opened := time.Since(started)

	// a[i][k] = i + 1 and b[k][j] = 1/size, so every element in row i of the product is exactly i + 1.
	a, b := make([][]float32, size), make([][]float32, size)
	for i := range size {
		a[i], b[i] = make([]float32, size), make([]float32, size)
		for j := range size {
			a[i][j], b[i][j] = float32(i+1), 1.0/size
		}
	}
	started = time.Now()
	product, err := graph.CallOnce(backend, func(x, y *graph.Node) *graph.Node { return graph.MatMul(x, y) }, a, b)
	if err != nil {
		return fmt.Errorf("multiply two matrices on %s: %w", device.Describe(backend), err)
	}
	for i, row := range product.Value().([][]float32) {
		for j, value := range row {
			if value != float32(i+1) {
				return fmt.Errorf("multiply two matrices on %s: element (%d, %d) is %g, not %d", device.Describe(backend), i, j, value, i+1)
			}
		}
	}
	fmt.Printf("%s: opened in %.1f s; compiled and multiplied two matrices of %d × %d in %.1f s, and the product is correct\n",
		device.Describe(backend), opened.Seconds(), size, size, time.Since(started).Seconds())
	return nil
}
