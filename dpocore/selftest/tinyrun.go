package selftest

import (
	"fmt"
	"math/rand/v2"
	"os"

	"github.com/gomlx/compute"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/family"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/policy/adamw"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/randommodel"
)

// RecordedSteps is the length of the recorded run.
const RecordedSteps = 50

// The recorded run: a Llama of two layers with random weights learns 20 pairs of random tokens, 4 in a step.
const (
	tinyPairs    = 20
	pairsPerStep = 4
	tinyBeta     = 0.5
	tinyRate     = 2e-3
	tinyMaxNorm  = 1
)

var tinyShape = batch.Shape{Tokens: 128, Answers: 64, Pairs: pairsPerStep}

func tinyConfig() decoder.Config {
	return decoder.Config{
		Family: family.Llama.ModelType, VocabSize: 256, HiddenSize: 64, IntermediateSize: 128, Layers: 2, Heads: 4, KVHeads: 2,
		HeadDim: 16, RMSNormEps: 1e-5, RopeTheta: 10000, MaxPositions: 1024, TiedEmbeddings: true,
		SpecialTokens: decoder.SpecialTokens{BOS: 1, EOS: []int{2}, Pad: 2},
	}
}

// step is what a training step of the recorded run measures, as means over its pairs.
type step struct {
	Loss     float64    `json:"loss"`
	LogProbs [2]float64 `json:"logps"` // of chosen and rejected answers
	Margin   float64    `json:"margin"`
	GradNorm float64    `json:"grad_norm"`
}

// tinyRun makes the first steps of the recorded run on a device. It returns the hash of the model too.
func tinyRun(backend compute.Backend, count int) (steps []step, hash string, err error) {
	loaded, err := tinyWeights(backend)
	if err != nil {
		return nil, "", err
	}
	defer loaded.Finalize()
	layout, err := decoder.NewLayout(loaded.Config, decoder.LoRA{Rank: 4, Alpha: 8, Modules: decoder.AllModules})
	if err != nil {
		return nil, "", err
	}
	p, err := policy.New(backend, loaded, layout, layout.Init(1))
	if err != nil {
		return nil, "", err
	}
	defer p.Finalize()
	examples := tinyExamples()
	for i := range count {
		first := i * pairsPerStep % tinyPairs
		s, err := makeStep(p, examples[first:first+pairsPerStep])
		if err != nil {
			return nil, "", fmt.Errorf("step %d: %w", i+1, err)
		}
		steps = append(steps, s)
	}
	return steps, loaded.Hash, nil
}

func tinyWeights(backend compute.Backend) (*weights.Weights, error) {
	folder, err := os.MkdirTemp("", "dpo-selftest-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for a model: %w", err)
	}
	defer os.RemoveAll(folder)
	if err := randommodel.Write(folder, tinyConfig(), 1); err != nil {
		return nil, err
	}
	return weights.Load(backend, folder)
}

// tinyExamples are pairs of random tokens that fit into rows of tinyShape.
func tinyExamples() []batch.Example {
	source := rand.New(rand.NewPCG(2, 0))
	tokens := func(least, most int) []int32 {
		list := make([]int32, least+source.IntN(most-least+1))
		for i := range list {
			list[i] = source.Int32N(int32(tinyConfig().VocabSize))
		}
		return list
	}
	list := make([]batch.Example, tinyPairs)
	for i := range list {
		list[i] = batch.Example{Prompt: tokens(4, 12), Chosen: tokens(3, 8), Rejected: tokens(3, 8)}
	}
	return list
}

// makeStep trains on pairs that fit into one row.
func makeStep(p *policy.Policy, examples []batch.Example) (s step, err error) {
	rows, err := batch.Pack(examples, tinyShape)
	if err != nil {
		return s, err
	}
	weights := make([]float32, pairsPerStep)
	for i := range weights {
		weights[i] = 1.0 / pairsPerStep
	}
	reference, err := p.Reference(rows[0])
	if err != nil {
		return s, err
	}
	measured, err := p.Accumulate(rows[0], reference.LogProbs, weights, policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: tinyBeta}})
	if err != nil {
		return s, err
	}
	for i, logProbs := range measured.LogProbs {
		s.Loss += float64(measured.Losses[i]) / pairsPerStep
		for side := range 2 {
			s.LogProbs[side] += float64(logProbs[side]) / pairsPerStep
		}
		gain := func(side int) float64 { return float64(logProbs[side] - reference.LogProbs[i][side]) }
		s.Margin += tinyBeta * (gain(0) - gain(1)) / pairsPerStep
	}
	s.GradNorm, err = p.Update(tinyRate, tinyMaxNorm, adamw.Default)
	return s, err
}
