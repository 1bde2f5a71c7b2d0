package policy

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/batch"
)

// Loss are the inputs of the loss that are not data.
type Loss struct {
	Beta           float64
	LabelSmoothing float64
}

// Measured is what a graph found for each pair of a row, in the order of its places. Places that no pair takes hold
// nothing of meaning and are cut off.
type Measured struct {
	LogProbs   [][2]float32 // summed log-probabilities of chosen and rejected, in nats
	MeanLogits [][2]float32 // the sum over an answer's tokens of the mean vocabulary logit
	Losses     []float32    // only from Accumulate
}

// Reference measures a row's answers under the model without the adapter.
func (p *Policy) Reference(row *batch.Row) (Measured, error) {
	return p.measure(p.reference, nil, row)
}

// LogProbs measures a row's answers under the model with the adapter.
func (p *Policy) LogProbs(row *batch.Row) (Measured, error) {
	return p.measure(p.logProbs, []any{p.state.Adapter}, row)
}

func (p *Policy) measure(exec *graph.Exec, adapter []any, row *batch.Row) (Measured, error) {
	tokens, answers := rowTensors(row)
	places := tensors.FromFlatDataAndDimensions(make([]float32, row.Shape.Pairs), row.Shape.Pairs)
	outputs, err := exec.Call(p.args(adapter, tokens, answers, places)...)
	if err != nil {
		return Measured{}, fmt.Errorf("measure a row's answers: %w", err)
	}
	defer finalize(append(outputs, tokens, answers, places)...)
	return read(row, outputs[0], outputs[1], nil)
}

// Accumulate adds to the gradients the row's Σ weight·loss, given the reference's log-probabilities of its pairs, and
// returns what it measured on the way. It changes nothing else: until Update the state is that of the last step.
func (p *Policy) Accumulate(row *batch.Row, reference [][2]float32, weights []float32, loss Loss) (Measured, error) {
	if n := len(row.Examples); len(reference) != n || len(weights) != n {
		return Measured{}, fmt.Errorf("compute a row's gradient: it has %d pairs, %d reference log-probabilities and %d weights",
			n, len(reference), len(weights))
	}
	pairs := row.Shape.Pairs
	flat := make([]float32, 2*pairs)
	for i, both := range reference {
		flat[2*i], flat[2*i+1] = both[0], both[1]
	}
	padded := make([]float32, pairs)
	copy(padded, weights)
	tokens, answers := rowTensors(row)
	inputs := []*tensors.Tensor{tokens, answers,
		tensors.FromFlatDataAndDimensions(flat, pairs, 2), tensors.FromFlatDataAndDimensions(padded, pairs),
		tensors.FromScalar(float32(loss.Beta)), tensors.FromScalar(float32(loss.LabelSmoothing))}
	defer finalize(inputs...)
	grads, err := graph.DonateTensorBuffer(p.grads, p.backend, 0)
	if err != nil {
		return Measured{}, fmt.Errorf("compute a row's gradient: %w", err)
	}
	outputs, err := p.accumulate.Call(p.args([]any{p.state.Adapter, grads}, inputs...)...)
	if err != nil {
		return Measured{}, fmt.Errorf("compute a row's gradient: %w", err)
	}
	p.grads = outputs[0]
	defer finalize(outputs[1:]...)
	return read(row, outputs[1], outputs[2], outputs[3])
}

// Update makes one step of AdamW with the gradients gathered since the last, clipped to a norm of maxNorm, and returns
// their norm before that.
func (p *Policy) Update(learningRate, maxNorm float64) (gradNorm float64, err error) {
	t := float64(p.state.Updates + 1)
	scalars := tensors.FromFlatDataAndDimensions([]float32{float32(learningRate), float32(maxNorm),
		float32(1 - math.Pow(beta1, t)), float32(1 - math.Pow(beta2, t))}, 4)
	defer finalize(scalars)
	outputs, err := p.update.Call(p.state.Adapter, p.state.Mean, p.state.Variance, p.grads, scalars)
	if err != nil {
		return 0, fmt.Errorf("update the adapter: %w", err)
	}
	norm, err := values(outputs[4])
	if err != nil {
		return 0, fmt.Errorf("update the adapter: %w", err)
	}
	finalize(p.state.Adapter, p.state.Mean, p.state.Variance, p.grads, outputs[4])
	p.state = State{Adapter: outputs[0], Mean: outputs[1], Variance: outputs[2], Updates: p.state.Updates + 1}
	p.grads = outputs[3]
	return float64(norm[0]), nil
}

// args lists a graph's arguments: the weights, then what is given.
func (p *Policy) args(state []any, inputs ...*tensors.Tensor) []any {
	var args []any
	for _, weight := range p.weights.Tensors() {
		args = append(args, weight)
	}
	args = append(args, state...)
	for _, input := range inputs {
		args = append(args, input)
	}
	return args
}

func read(row *batch.Row, logProbs, meanLogits, losses *tensors.Tensor) (Measured, error) {
	var m Measured
	pairs := len(row.Examples)
	for _, output := range []struct {
		from *tensors.Tensor
		to   *[][2]float32
	}{{logProbs, &m.LogProbs}, {meanLogits, &m.MeanLogits}} {
		flat, err := values(output.from)
		if err != nil {
			return m, fmt.Errorf("read a row's answers: %w", err)
		}
		for i := range pairs {
			*output.to = append(*output.to, [2]float32{flat[2*i], flat[2*i+1]})
		}
	}
	if losses == nil {
		return m, nil
	}
	flat, err := values(losses)
	if err != nil {
		return m, fmt.Errorf("read a row's losses: %w", err)
	}
	m.Losses = flat[:pairs]
	return m, nil
}

func finalize(list ...*tensors.Tensor) {
	for _, tensor := range list {
		tensor.MustFinalizeAll()
	}
}
