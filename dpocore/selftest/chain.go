package selftest

import (
	"fmt"
	"math"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Sizes of the chain: a batch of rows through two layers.
const (
	chainRows, chainIn, chainHidden, chainOut = 48, 96, 160, 80

	chainCalls     = 3
	chainTolerance = 1e-4 // of probabilities that are 1/chainOut on average, relative to that
)

// checkChain runs a graph of five operations that XLA can't make one kernel of, three times with other buffers: product, tanh,
// product, exp of what the largest value is subtracted from, and division by the sum. All results are compared after the last
// call, so that one that overwrites another's memory shows.
func checkChain(backend compute.Backend) (string, error) {
	first, second := random(11, chainIn, chainHidden), random(12, chainHidden, chainOut)
	exec, err := NewExec(backend, func(x, first, second *Node) *Node {
		hidden := Tanh(DivScalar(MatMul(x, first), math.Sqrt(chainIn)))
		logits := DivScalar(MatMul(hidden, second), math.Sqrt(chainHidden))
		powers := Exp(Sub(logits, ReduceAndKeep(logits, ReduceMax, -1)))
		return Div(powers, ReduceAndKeep(powers, ReduceSum, -1))
	})
	if err != nil {
		return "", err
	}
	defer exec.Finalize()
	var inputs [][][]float32
	var results []*tensors.Tensor
	for i := range chainCalls {
		x := random(uint64(20+i), chainRows, chainIn)
		outputs, err := exec.Call(x, first, second)
		if err != nil {
			return "", fmt.Errorf("call %d: %w", i+1, err)
		}
		defer outputs[0].MustFinalizeAll()
		inputs, results = append(inputs, x), append(results, outputs[0])
	}
	worst := 0.0
	for i, x := range inputs {
		got, err := rows(results[i].Value())
		if err != nil {
			return "", err
		}
		want := chain(x, first, second)
		for r, row := range got {
			for c, value := range row {
				worst = largest(worst, chainOut*math.Abs(float64(value)-want[r][c]))
			}
		}
	}
	return compared(fmt.Sprintf("5 operations, called %d times", chainCalls), worst, chainTolerance)
}

// chain is the graph of checkChain on the host.
func chain(x, first, second [][]float32) [][]float64 {
	hidden := make([][]float32, len(x))
	for i, row := range product(x, first) {
		hidden[i] = make([]float32, len(row))
		for j, value := range row {
			hidden[i][j] = float32(math.Tanh(value / math.Sqrt(chainIn)))
		}
	}
	result := product(hidden, second)
	for _, row := range result {
		sum := 0.0
		for j := range row {
			row[j] = math.Exp(row[j] / math.Sqrt(chainHidden))
			sum += row[j]
		}
		for j := range row {
			row[j] /= sum
		}
	}
	return result
}
