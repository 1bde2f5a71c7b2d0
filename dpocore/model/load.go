package model

import (
	"cmp"
	"fmt"

	"github.com/gomlx/compute"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/demand"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/weights"
)

// Load reads the weights in a form, one of [config.BaseWeights], unless they are loaded in it, and converts them to a
// precision, one of [config.Precisions]. "auto" keeps that of loaded weights.
func (m *Model) Load(precision, base string) error {
	base = cmp.Or(base, config.Float) // as in runs recorded earlier
	if m.weights != nil && base != config.Auto && base != m.base {
		m.unload()
	}
	if m.weights != nil {
		if precision == config.Auto {
			return nil
		}
		return m.convert(precision)
	}
	backend, err := device.Open()
	if err != nil {
		return err
	}
	if base, err = m.chooseBase(base, demand.FreeOn(backend)); err != nil {
		return fmt.Errorf("load the model: %w", err)
	}
	if err := m.loadOn(backend, base); err != nil {
		return err
	}
	return m.convert(precision)
}

// floatShare is the share of the free memory that widened weights may take by default.
const floatShare = 0.25

// chooseBase resolves "auto", and refuses weights that do not fit into the free memory.
func (m *Model) chooseBase(requested string, memory demand.Memory) (base string, err error) {
	float, quantized, err := weights.Sizes(m.Path)
	if err != nil {
		return "", err
	}
	isQuantized := quantized < float
	base = requested
	switch {
	case requested == config.Quantized && !isQuantized:
		return "", fmt.Errorf("the weights of %s are not quantized; name a quantized GGUF file, or leave out --base-weights", m.Path)
	case requested == config.Auto && isQuantized && memory.Known && float64(float) > floatShare*float64(memory.Free):
		base = config.Quantized
	case requested == config.Auto:
		base = config.Float
	}
	size := map[string]int64{config.Float: float, config.Quantized: quantized}[base]
	return base, memory.CheckWeights(m.Path, base, size, quantized)
}

// LoadOn loads the weights in float32 onto a backend; training uses the given number of its devices.
func (m *Model) LoadOn(backend compute.Backend, devices int) error {
	m.devices = devices
	return m.loadOn(backend, config.Float)
}

// loadOn loads the weights, those that are not quantized in float32, and checks that the embedding has a row for each token.
func (m *Model) loadOn(backend compute.Backend, base string) error {
	load := weights.Load
	if base == config.Quantized {
		load = weights.LoadQuantized
	}
	loaded, err := load(backend, m.Path)
	if err != nil {
		return err
	}
	if tokens, rows := m.Tokenizer.VocabSize(), loaded.Config.VocabSize; tokens > rows {
		loaded.Finalize()
		return fmt.Errorf("open the model: the tokenizer of %s has %d tokens but the embedding has %d rows; one of the two belongs to another model", m.Path, tokens, rows)
	}
	m.backend, m.weights, m.precision, m.base, m.hash = backend, loaded, config.Float32, base, loaded.Hash
	return nil
}

// convert converts the loaded weights to a precision. From a half precision it reads them again.
func (m *Model) convert(requested string) error {
	precision := choosePrecision(requested, device.OnGPU(m.backend), m.weights.Config.Parameters())
	if precision == m.precision {
		return nil
	}
	if m.precision != config.Float32 {
		base := m.base
		m.unload()
		return m.Load(precision, base)
	}
	if err := m.weights.Narrow(halfTypes[precision]); err != nil {
		return err
	}
	m.precision = precision
	return nil
}

// unload frees the weights once nothing computes with them any more.
func (m *Model) unload() {
	m.Work.WhenIdle(m.weights.Finalize)
	m.weights = nil
}
