package dpocore

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/gomlx/compute"

	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/internal/deps"
)

// Model is a language model with its tokenizer and chat template. The weights are read when they are first needed.
type Model struct {
	Path      string
	Tokenizer *tokenizer.Tokenizer
	Chat      *chat.Encoder

	backend compute.Backend
	weights *llama.Weights
	work    worker
}

// OpenModel opens a model folder or a GGUF file. Without a path it is the model that set-up installed.
func OpenModel(path string) (*Model, error) {
	if path == "" {
		installed, err := deps.Model()
		if err != nil {
			return nil, fmt.Errorf("open the model: %w", err)
		}
		path = installed
	}
	tok, err := tokenizer.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the model: %w", err)
	}
	encoder, err := chat.New(tok)
	if err != nil {
		tok.Close()
		return nil, fmt.Errorf("open the model %s: %w", path, err)
	}
	return &Model{Path: path, Tokenizer: tok, Chat: encoder}, nil
}

// Describe names the model and the kind of its weights, as for the first line of a run.
func (m *Model) Describe() string {
	name := filepath.Base(m.Path)
	if strings.EqualFold(filepath.Ext(name), ".gguf") {
		return name + " (quantized weights, computed in float32)"
	}
	return name + " (computed in float32)"
}

// weightsHash identifies the weights, without loading them.
func (m *Model) weightsHash() (string, error) {
	if m.weights != nil {
		return m.weights.Hash, nil
	}
	return llama.Hash(m.Path)
}

// load reads the weights, once.
func (m *Model) load() error {
	if m.weights != nil {
		return nil
	}
	backend, err := device.Open()
	if err != nil {
		return err
	}
	weights, err := llama.Load(backend, m.Path)
	if err != nil {
		return err
	}
	m.backend, m.weights = backend, weights
	return nil
}

// policy is the model with the adapter of a PEFT folder, or without one where dir is empty.
func (m *Model) policy(dir string) (*policy.Policy, error) {
	if err := m.load(); err != nil {
		return nil, err
	}
	lora := DefaultConfig().LoRA()
	if dir == "" {
		lora.Rank = 1 // an adapter of zeros
	} else {
		var err error
		if lora, err = export.ReadAdapterConfig(dir); err != nil {
			return nil, err
		}
	}
	layout, err := llama.NewLayout(m.weights.Config, lora)
	if err != nil {
		return nil, err
	}
	var values []float32
	if dir != "" {
		if values, err = export.ReadAdapter(dir, layout); err != nil {
			return nil, err
		}
	}
	return policy.New(m.backend, m.weights, layout, values)
}

// Close frees the model, its weights only once no cancelled computation uses them.
func (m *Model) Close() error {
	if m.weights != nil {
		m.work.finish(m.weights.Finalize)
		m.weights = nil
	}
	return m.Tokenizer.Close()
}
