// Package model opens a language model: its tokenizer and chat template at once, its weights when they are first needed.
//
// Start with [Open] and [Model.Load].
package model

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomlx/compute"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/demand"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/encode"
	"example.com/gonb-dpo/dpocore/hub"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/deps"
	"example.com/gonb-dpo/internal/sums"
)

// Model is a language model with its tokenizer and chat template. [Model.Load] reads the weights.
type Model struct {
	Path      string // a folder or a GGUF file
	HubID     string // owner/name, with @revision if one was given; "" for a model opened by its path
	Tokenizer *tokenizer.Tokenizer
	Chat      *chat.Encoder
	Prompts   config.Prompts // how Chat writes conversations, from [Model.SetPrompts]; its date is "" if the template writes none

	AnyBase bool              // accept adapters that were trained on other models
	Note    func(text string) // receives sentences about adapters; may be nil

	Work device.Worker // runs computations that use the weights

	backend compute.Backend
	weights *weights.Weights
	form
	adapters
	devices int                  // number of devices to train on; 0 for all suitable ones
	hash    string               // of the weights, once it is known
	files   *tokenizer.Tokenizer // with the chat template in the model's files
}

// form is that of the loaded weights.
type form struct {
	precision string // one of [config.Precisions] except auto; "" before Load
	base      string // config.Quantized or config.Float, or one of [config.Quantizations]
	change    string // by quantization, see [Model.QuantizedNote]
	forUse    bool   // the precision was chosen for measuring and answering without a run
}

// adapters are those that the model is used with.
type adapters struct {
	runs  []usedRun       // of those that have a precision
	other map[string]bool // those that were checked: whether they belong to another model
}

// Open opens a model by name: the path of a folder or a GGUF file or, if no such path exists, owner/name or
// owner/name@revision on the Hugging Face hub, downloaded unless it is in the cache. "" is the model that set-up
// installed.
func Open(name string) (*Model, error) {
	return Fetch(context.Background(), name, nil)
}

// Fetch is [Open] with a context and download progress; progress may be nil.
func Fetch(ctx context.Context, name string, progress hub.Progress) (*Model, error) {
	return fetch(ctx, name, config.Prompts{}, progress)
}

func fetch(ctx context.Context, name string, prompts config.Prompts, progress hub.Progress) (*Model, error) {
	if name == "" {
		installed, err := deps.Model()
		if err != nil {
			return nil, fmt.Errorf("open the model: %w", err)
		}
		name = installed
	}
	model, err := find(ctx, name, prompts, progress)
	if err != nil {
		return nil, fmt.Errorf("open the model: %w", err)
	}
	return model, nil
}

// find opens a path or, if it does not exist, a model on the hub.
func find(ctx context.Context, name string, prompts config.Prompts, progress hub.Progress) (*Model, error) {
	if _, err := os.Stat(name); err == nil {
		return openPath(name, prompts)
	}
	repo, ok := hub.Parse(hub.Model, name)
	if !ok {
		return nil, fmt.Errorf("no such file or folder: %s; name a model folder, a .gguf file, or owner/name on the Hugging Face hub", name)
	}
	return openFromHub(ctx, repo, prompts, progress)
}

// openPath opens the tokenizer and chat template of a folder or a GGUF file. If a folder has checksums, as merged ones
// do, all files must match them.
func openPath(path string, prompts config.Prompts) (*Model, error) {
	if adapter.IsFolder(path) {
		return nil, fmt.Errorf("%s is an adapter, not a model; name it with --adapter, and its model with --model", path)
	}
	if isFile(path) && !strings.EqualFold(filepath.Ext(path), ".gguf") && isFile(filepath.Join(filepath.Dir(path), "config.json")) {
		return nil, fmt.Errorf("%s is one of the files of a model; name their folder, %s", path, filepath.Dir(path))
	}
	if err := sums.Check(path); err != nil {
		return nil, err
	}
	tok, err := tokenizer.Open(path)
	if err != nil {
		return nil, err
	}
	m := &Model{Path: path, Tokenizer: tok, files: tok}
	if err := m.SetPrompts(prompts); err != nil {
		tok.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// WeightsHash returns the hash that identifies the weights, without loading them.
func (m *Model) WeightsHash() (string, error) {
	var err error
	if m.hash == "" {
		m.hash, err = weights.Hash(m.Path)
	}
	return m.hash, err
}

// Devices is the number of devices that share a step's rows: all GPUs, but a single CPU device, since one CPU device
// already uses all cores.
func (m *Model) Devices() int {
	switch {
	case m.devices > 0:
		return m.devices
	case device.OnGPU(m.backend):
		return m.backend.NumDevices()
	default:
		return 1
	}
}

// ReadAdapter reads the adapter of a PEFT folder: its layout in the model, which must be loaded, and its values in
// layout order. Whoever uses an adapter reads it here, where [Model.CheckAdapter] compares it with the model.
func (m *Model) ReadAdapter(dir string) (layout decoder.Layout, values []float32, err error) {
	if err := m.CheckAdapter(dir); err != nil {
		return layout, nil, err
	}
	return adapter.Load(dir, m.weights.Config)
}

// ReadTrained is ReadAdapter, or reads the weights of a run that trained them all.
func (m *Model) ReadTrained(dir string) (layout decoder.Layout, values []float32, err error) {
	if !run.AllWeights(dir) {
		return m.ReadAdapter(dir)
	}
	if err := m.CheckAdapter(dir); err != nil {
		return layout, nil, err
	}
	if err := run.CheckWeights(dir); err != nil {
		return layout, nil, err
	}
	layout = decoder.WholeLayout(m.weights.Config)
	values, err = run.ReadTrained(dir, layout)
	return layout, values, err
}

// Policy adds what was trained in a folder, an adapter or all weights, or nothing if dir is "", to the loaded model.
func (m *Model) Policy(dir string) (*policy.Policy, error) {
	if dir == "" {
		lora := config.Default().LoRA()
		lora.Rank = 1 // B is zero, so the adapter changes nothing
		layout, err := decoder.NewLayout(m.weights.Config, lora)
		if err != nil {
			return nil, err
		}
		return policy.New(m.backend, m.weights, layout, nil)
	}
	layout, values, err := m.ReadTrained(dir)
	if err != nil {
		return nil, err
	}
	if layout.Whole() {
		if err := demand.FreeOn(m.backend).CheckMeasuredWhole(layout.Size); err != nil {
			return nil, err
		}
	}
	return policy.New(m.backend, m.weights, layout, values)
}

// Close frees the model. Its weights are freed once no cancelled computation uses them any more.
func (m *Model) Close() error {
	if m.weights != nil {
		m.Work.WhenIdle(m.weights.Finalize)
		m.weights = nil
	}
	return m.Tokenizer.Close()
}

// Encoder returns an encoder of pairs; prompt and answer together have at most maxLength tokens, or as many as the model
// has positions if those are fewer.
func (m *Model) Encoder(maxLength int) *encode.Encoder {
	return encode.New(m.Chat, m.Tokenizer.VocabSize(), encode.Limit{MaxLength: maxLength, Positions: m.Positions()})
}

// Positions is the length up to which the model was made to read, in tokens; 0 if its configuration can't be read, which
// [Model.Load] reports.
func (m *Model) Positions() int {
	if m.weights != nil {
		return m.weights.Config.MaxPositions
	}
	c, _ := weights.ConfigOf(m.Path) // the zero value on an error
	return c.MaxPositions
}

// ReferenceKey identifies what reference log-probabilities depend on besides the row: weights, backend, precision and the
// SHA-256 of the reference's adapter, "" if it has none.
func (m *Model) ReferenceKey(adapter string) string {
	key := m.weights.Hash + " " + device.Describe(m.backend)
	if adapter != "" {
		key += " with the adapter " + adapter
	}
	if m.quantized() {
		key += " quantized to " + m.base
	}
	switch m.precision {
	case config.Float16:
		key += " float16 with float32 results"
	case config.BFloat16:
		key += " bfloat16 with float32 results, scores and logits of 16 digits"
	}
	return key
}

// BaseName is the model's name in adapter_config.json, where PEFT looks for the base model: a folder or a name on the
// hub. For a quantized SmolLM2 it is the original model on the hub. A path is absolute, so that it holds in other folders.
func (m *Model) BaseName() string {
	if m.HubID != "" {
		return m.HubID
	}
	name := filepath.Base(m.Path)
	if base, _, quantized := strings.Cut(name, ".Q"); quantized && strings.HasPrefix(name, "SmolLM2-") {
		return "HuggingFaceTB/" + base
	}
	if path, err := filepath.Abs(m.Path); err == nil {
		return path
	}
	return m.Path
}

// Weights returns the loaded weights; nil before [Model.Load].
func (m *Model) Weights() *weights.Weights { return m.weights }

// Backend returns the backend that holds the weights; nil before [Model.Load].
func (m *Model) Backend() compute.Backend { return m.backend }

// Precision returns the precision of the loaded weights: one of [config.Precisions] except auto, or "" before
// [Model.Load].
func (m *Model) Precision() string { return m.precision }
