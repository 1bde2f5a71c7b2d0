// Command computed writes what this program computes with models and adapters of PEFT, for a comparison with transformers. It reads
// one job per line from standard input, as JSON. A job that fails is named on standard error and has no results.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/policy/adamw"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
)

// job is a model and what to compute with it.
type job struct {
	Model   string // a folder
	GGUF    string // a file of another model
	Adapter string // of PEFT
	Tokens  []int32
	Pairs   []batch.Example
	Beta    float64
	New     int // tokens to generate

	Out     string // a file: logits, their log-probabilities, gradients, what was generated
	Written string // a folder for the adapter
	Merged  string // a folder for the merged model
}

func main() {
	status := 0
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var j job
		err := json.Unmarshal(lines.Bytes(), &j)
		if err == nil {
			err = j.run()
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", j.Model, err)
			status = 1
		}
	}
	os.Exit(status)
}

func (j job) run() error {
	m, err := model.Open(j.Model)
	if err != nil {
		return err
	}
	defer m.Close()
	if err := m.Load(config.Float32, config.Auto); err != nil {
		return err
	}
	var out results
	logits, err := forward(m.Weights(), j.Tokens)
	if err != nil {
		return err
	}
	out.add("logits", logits, len(j.Tokens), len(logits)/len(j.Tokens))
	if err := j.file(&out); err != nil {
		return err
	}
	if err := j.pairs(m, &out); err != nil {
		return err
	}
	if err := j.answer(m.Weights(), &out); err != nil {
		return err
	}
	if _, err := export.Merge(context.Background(), m, j.Adapter, j.Merged, config.Float32); err != nil {
		return err
	}
	return safetensors.Write(j.Out, "F32", out)
}

// results are the tensors of the file.
type results []safetensors.Tensor

func (r *results) add(name string, values []float32, shape ...int) {
	*r = append(*r, safetensors.Tensor{Name: name, Shape: shape, Values: func() ([]float32, error) { return values, nil }})
}

// forward is the logits of one sequence without a cache, [tokens, vocabulary].
func forward(w *weights.Weights, tokens []int32) ([]float32, error) {
	backend, err := device.Open()
	if err != nil {
		return nil, err
	}
	var args []any
	for _, weight := range w.Tensors() {
		args = append(args, weight)
	}
	zeros := make([]int32, len(tokens))
	position := make([]int32, len(tokens))
	for i := range position {
		position[i] = int32(i)
	}
	logits, err := graph.CallOnce(backend, func(params []*graph.Node) *graph.Node {
		net, rest := decoder.Bind(w.Config, params)
		return net.Logits(net.Hidden(decoder.Row{Tokens: rest[0], Pair: rest[1], Branch: rest[1], Position: rest[2]}))
	}, append(args, tokens, zeros, position)...)
	if err != nil {
		return nil, err
	}
	return tensors.MustCopyFlatData[float32](logits), nil
}

// file computes the logits of the GGUF file.
func (j job) file(out *results) error {
	backend, err := device.Open()
	if err != nil {
		return err
	}
	w, err := weights.Load(backend, j.GGUF)
	if err != nil {
		return err
	}
	defer w.Finalize()
	logits, err := forward(w, j.Tokens)
	if err != nil {
		return err
	}
	out.add("gguf_logits", logits, len(j.Tokens), len(logits)/len(j.Tokens))
	return nil
}

// pairs computes the log-probabilities of all pairs in one row, and the gradient of DPO's mean loss with respect to the adapter.
func (j job) pairs(m *model.Model, out *results) error {
	p, err := m.Policy(j.Adapter)
	if err != nil {
		return err
	}
	defer p.Finalize()
	row, err := j.row()
	if err != nil {
		return err
	}
	reference, err := p.Reference(row)
	if err != nil {
		return err
	}
	share := make([]float32, len(row.Examples))
	for i := range share {
		share[i] = 1 / float32(len(share))
	}
	measured, err := p.Accumulate(row, reference.LogProbs, share, policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: j.Beta}})
	if err != nil {
		return err
	}
	values, _, _, err := p.Snapshot()
	if err != nil {
		return err
	}
	if err := adapter.Write(j.Written, p.Layout, values, adapter.Options{BaseModel: j.Model}); err != nil {
		return err
	}
	for name, found := range map[string][][2]float32{"reference": reference.LogProbs, "policy": measured.LogProbs} {
		byPair := make([]float32, 2*len(j.Pairs))
		for place, index := range row.Examples {
			copy(byPair[2*index:], found[place][:])
		}
		out.add(name, byPair, len(j.Pairs), 2)
	}
	return gradients(p, out)
}

func (j job) row() (*batch.Row, error) {
	shape := batch.Shape{Pairs: len(j.Pairs)}
	for _, pair := range j.Pairs {
		shape.Tokens, shape.Answers = shape.Tokens+pair.Tokens(), shape.Answers+pair.Answers()
	}
	rows, err := batch.Pack(j.Pairs, shape)
	if err != nil {
		return nil, err
	}
	if len(rows) != 1 {
		return nil, fmt.Errorf("the pairs need %d rows; want 1", len(rows))
	}
	return rows[0], nil
}

// gradients are those accumulated: after a first step of rate 0, AdamW's mean is (1-β₁) times them.
func gradients(p *policy.Policy, out *results) error {
	if _, err := p.Update(0, math.Inf(1), adamw.Default); err != nil {
		return err
	}
	_, mean, _, err := p.Snapshot()
	if err != nil {
		return err
	}
	for i := range mean {
		mean[i] /= float32(1 - adamw.Default.Beta1)
	}
	for _, factor := range p.Layout.Factors {
		out.add(factor.Name, mean[factor.Offset:factor.Offset+factor.Size()], factor.Shape...)
	}
	return nil
}

// answer generates the likeliest tokens with the cache.
func (j job) answer(w *weights.Weights, out *results) error {
	backend, err := device.Open()
	if err != nil {
		return err
	}
	g, err := generate.New(backend, w, nil, nil)
	if err != nil {
		return err
	}
	defer g.Finalize()
	texts, err := g.Generate(context.Background(), j.Pairs[0].Prompt, nil, generate.Options{MaxNewTokens: j.New, TopP: 1, Samples: 1}, nil)
	if err != nil {
		return err
	}
	ids := make([]float32, len(texts[0]))
	for i, id := range texts[0] {
		ids[i] = float32(id)
	}
	out.add("answer", ids, len(ids))
	return nil
}
