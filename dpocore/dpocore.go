package dpocore

import (
	"context"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/rounds"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/train"
)

// What a program passes around.
type (
	Model    = model.Model       // a language model with its tokenizer and chat template
	Config   = config.Config     // how a run trains
	Data     = dataset.Data      // the pairs of a run
	Listener = train.Listener    // receives a run's events
	Stopped  = train.Stopped     // the error of a run whose context ended; the same call resumes it
	Answerer = generate.Answerer // answers prompts with a model and an adapter
)

// OpenModel opens a model folder, a GGUF file, or owner/name on the Hugging Face hub; "" is the model that set-up
// installed. Close frees it.
func OpenModel(name string) (*Model, error) { return model.Open(name) }

// DefaultConfig is the walkthrough's configuration for SmolLM2-135M-Instruct.
func DefaultConfig() Config { return config.Default() }

// LoadData reads the pairs to train on and those to evaluate on: files, "builtin", published sets or mixes of them, as
// [dataset.Load] describes.
func LoadData(train, heldOut string, fraction float64, seed int) (Data, error) {
	return dataset.Load(train, heldOut, fraction, seed)
}

// Train trains the run in a folder or resumes it; a finished run returns at once. When the context ends it saves a
// checkpoint and returns a *[Stopped].
func Train(ctx context.Context, m *Model, dir string, c Config, data Data, listener Listener) error {
	return train.Run(ctx, train.Job{Model: m, Dir: dir, Config: c, Data: data, Listener: listener})
}

// Merge writes a model folder with a run's adapter merged into the weights, as dtype (float32, float16 or bfloat16).
// written is false if the folder already holds this merge.
func Merge(ctx context.Context, m *Model, adapter, out, dtype string) (written bool, err error) {
	return export.Merge(ctx, m, adapter, out, dtype)
}

// Evaluate measures pairs under a model with an adapter (a PEFT folder, or "" for none) and without it; [evaluation.Summarize]
// summarizes them. notes describes the pairs that were left out or truncated.
func Evaluate(ctx context.Context, m *Model, adapter string, set *preference.Set, maxLength int) (pairs []evaluation.Pair, notes []string, err error) {
	return measure.Evaluate(ctx, m, adapter, set, maxLength, func(int, int) {})
}

// NewAnswerer prepares to answer with the adapter of a PEFT folder, or with the model alone if adapter is "".
func NewAnswerer(m *Model, adapter string) (*Answerer, error) {
	return generate.NewAnswerer(m, adapter)
}

// Settings of iterative DPO, see [rounds.Run], and of a grid of runs, see package sweep/sweeprun.
type (
	RoundsConfig = rounds.Config
	RoundPrompts = rounds.Prompts
	Grid         = sweep.Grid
)

// DefaultRoundsConfig is two rounds, the second on the best against the worst of four answers to 32 prompts.
func DefaultRoundsConfig() RoundsConfig { return rounds.Default() }

// What the rounds after the first take as their reference: the model of the previous round, or the first model.
const (
	ReferencePrevious = rounds.ReferencePrevious
	ReferenceBase     = rounds.ReferenceBase
)
