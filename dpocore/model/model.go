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
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/hub"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/deps"
	"example.com/gonb-dpo/internal/sums"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/encode"
)

// Model is a language model with its tokenizer and chat template. The weights are read when they are first needed.
type Model struct {
	Path      string // a folder or a GGUF file
	HubID     string // owner/name, with @revision where one was named; "" for a model that was named by its path
	Tokenizer *tokenizer.Tokenizer
	Chat      *chat.Encoder

	backend   compute.Backend
	weights   *weights.Weights
	precision string // of the weights that are loaded
	Work      device.Worker
	devices   int // that training may use; 0 for all suitable ones
}

// OpenModel opens a model by its name: the path of a folder or a GGUF file or, where there is none, owner/name or
// owner/name@revision on the Hugging Face hub, from which it is fetched unless it lies in the cache. Without a name it is
// the model that set-up installed.
func Open(name string) (*Model, error) {
	return Fetch(context.Background(), name, nil)
}

// FetchModel is [OpenModel], and tells progress, which may be nil, of what it fetches.
func Fetch(ctx context.Context, name string, progress hub.Progress) (*Model, error) {
	if name == "" {
		installed, err := deps.Model()
		if err != nil {
			return nil, fmt.Errorf("open the model: %w", err)
		}
		name = installed
	}
	model, err := find(ctx, name, progress)
	if err != nil {
		return nil, fmt.Errorf("open the model: %w", err)
	}
	return model, nil
}

func find(ctx context.Context, name string, progress hub.Progress) (*Model, error) {
	if _, err := os.Stat(name); err == nil {
		return openPath(name)
	}
	repo, ok := hub.Parse(hub.Model, name)
	if !ok {
		return nil, fmt.Errorf("there is no file or folder %s; name a model folder, a .gguf file, or owner/name on the Hugging Face hub", name)
	}
	return openFromHub(ctx, repo, progress)
}

// openPath opens what a folder or a GGUF file has beside the weights. Where a folder has sums of its files, as merged ones
// do, each must be right.
func openPath(path string) (*Model, error) {
	if err := sums.Check(path); err != nil {
		return nil, err
	}
	tok, err := tokenizer.Open(path)
	if err != nil {
		return nil, err
	}
	encoder, err := chat.New(tok)
	if err != nil {
		tok.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &Model{Path: path, Tokenizer: tok, Chat: encoder}, nil
}

// weightsHash identifies the weights, without loading them.
func (m *Model) WeightsHash() (string, error) {
	if m.weights != nil {
		return m.weights.Hash, nil
	}
	return weights.Hash(m.Path)
}

// load reads the weights, once, and brings them to a precision, one of Precisions; "auto" leaves loaded ones as they are.
func (m *Model) Load(precision string) error {
	if m.weights != nil && precision == config.Auto {
		return nil
	}
	if m.weights != nil {
		return m.narrow(precision)
	}
	backend, err := device.Open()
	if err != nil {
		return err
	}
	if err := m.loadOn(backend); err != nil {
		return err
	}
	return m.narrow(precision)
}

// LoadOn reads the weights in float32 onto a backend; training uses the given number of its devices.
func (m *Model) LoadOn(backend compute.Backend, devices int) error {
	m.devices = devices
	return m.loadOn(backend)
}

func (m *Model) loadOn(backend compute.Backend) error {
	loaded, err := weights.Load(backend, m.Path)
	if err != nil {
		return err
	}
	if tokens, rows := m.Tokenizer.VocabSize(), loaded.Config.VocabSize; tokens > rows {
		loaded.Finalize()
		return fmt.Errorf("open the model: the tokenizer of %s has %d tokens and the embedding rows for %d; one of them belongs to another model", m.Path, tokens, rows)
	}
	m.backend, m.weights, m.precision = backend, loaded, config.Float32
	return nil
}

// spreadsOver is how many devices a step's rows go to: all GPUs, but one CPU, however many devices it shows itself as,
// for one has all cores.
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

// policy is the model in a precision with the adapter of a PEFT folder, or without one where dir is empty.
func (m *Model) Policy(dir, precision string) (*policy.Policy, error) {
	if err := m.Load(precision); err != nil {
		return nil, err
	}
	if dir != "" {
		layout, values, err := adapter.Load(dir, m.weights.Config)
		if err != nil {
			return nil, err
		}
		return policy.New(m.backend, m.weights, layout, values)
	}
	lora := config.Default().LoRA()
	lora.Rank = 1 // an adapter of zeros
	layout, err := decoder.NewLayout(m.weights.Config, lora)
	if err != nil {
		return nil, err
	}
	return policy.New(m.backend, m.weights, layout, nil)
}

// Close frees the model, its weights only once no cancelled computation uses them.
func (m *Model) Close() error {
	if m.weights != nil {
		m.Work.Finish(m.weights.Finalize)
		m.weights = nil
	}
	return m.Tokenizer.Close()
}

func (m *Model) Encoder(maxLength int) *encode.Encoder {
	return &encode.Encoder{encoder: m.Chat, maxLength: maxLength, vocabulary: m.Tokenizer.VocabSize()}
}

// referenceKey identifies what reference log-probabilities depend on beside the row.
func (m *Model) ReferenceKey() string {
	key := m.weights.Hash + " " + device.Describe(m.backend)
	if m.precision != config.Float32 {
		key += " " + m.precision
	}
	return key
}

// baseName is the base model's name for PEFT, which looks for it in this folder or on the hub. The quantized SmolLM2
// stands for the model that it was made from.
func (m *Model) BaseName() string {
	if m.HubID != "" {
		return m.HubID
	}
	name := filepath.Base(m.Path)
	if base, _, quantized := strings.Cut(name, ".Q"); quantized && strings.HasPrefix(name, "SmolLM2-") {
		return "HuggingFaceTB/" + base
	}
	return m.Path
}
