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

// Load reads the weights in a precision, one of [config.Precisions], and a form, one of [config.BaseWeights] or of
// [config.Quantizations], unless they are loaded so. "auto" keeps that of loaded weights, except the precision that [Model.LoadForUse] chose.
func (m *Model) Load(precision, base string) error { return m.load(precision, base, hardwareOf, true) }

// load is Load, with what "auto" may use of a backend's hardware, and whether the change by quantization is measured.
func (m *Model) load(precision, base string, has func(compute.Backend) hardware, compare bool) error {
	base = cmp.Or(base, config.Float) // as in runs recorded earlier
	backend, err := device.Open()
	if err != nil {
		return err
	}
	c, err := weights.ConfigOf(m.Path)
	if err != nil {
		return fmt.Errorf("load the model: %w", err)
	}
	if m.weights != nil && precision == config.Auto && !m.forUse {
		precision = m.precision
	}
	precision = choosePrecision(precision, has(backend), c.Parameters())
	if m.weights != nil {
		if base == config.Auto {
			base = m.base
		}
		if precision == m.precision && base == m.base {
			return nil
		}
		m.unload()
	}
	if base, err = m.chooseBase(base, precision, demand.FreeOn(backend)); err != nil {
		return fmt.Errorf("load the model: %w", err)
	}
	if compare && m.quantizes(base) {
		return m.loadQuantized(backend, precision, base)
	}
	return m.loadOn(backend, precision, base)
}

// floatShare is the share of the free memory that widened weights may take by default.
const floatShare = 0.25

// chooseBase resolves "auto", and refuses weights that do not fit into the free memory in a precision.
func (m *Model) chooseBase(requested, precision string, memory demand.Memory) (base string, err error) {
	sizes, err := weights.SizesOf(m.Path, halfTypes[precision], ggmlType(requested))
	if err != nil {
		return "", err
	}
	if m.quantizes(requested) {
		if weights.Quantized(m.Path) {
			return "", fmt.Errorf("the weights of %s are quantized already; leave out --quantize, or name the model that they were made from", m.Path)
		}
		return requested, memory.CheckWeights(m.Path, requested, sizes.Quantized, sizes.Quantized, sizes.FourBits)
	}
	isQuantized := sizes.Quantized < sizes.Float
	base = requested
	switch {
	case requested == config.Quantized && !isQuantized:
		return "", fmt.Errorf("the weights of %s are not quantized; name a quantized GGUF file or a folder in NF4, or leave out --base-weights", m.Path)
	case requested == config.Auto && isQuantized && memory.Known && float64(sizes.Float) > floatShare*float64(memory.Free):
		base = config.Quantized
	case requested == config.Auto:
		base = config.Float
	}
	size := map[string]int64{config.Float: sizes.Float, config.Quantized: sizes.Quantized}[base]
	return base, memory.CheckWeights(m.Path, base, size, sizes.Quantized, sizes.FourBits)
}

// LoadOn loads the weights in float32 onto a backend; training uses the given number of its devices.
func (m *Model) LoadOn(backend compute.Backend, devices int) error {
	m.devices = devices
	return m.loadOn(backend, config.Float32, config.Float)
}

// loadOn loads the weights, and checks that the embedding has a row for each token.
func (m *Model) loadOn(backend compute.Backend, precision, base string) error {
	loaded, err := weights.LoadAs(backend, m.Path, weights.Form{Quantized: base == config.Quantized, Quantize: ggmlType(base), Precision: halfTypes[precision]})
	if err != nil {
		return err
	}
	if tokens, rows := m.Tokenizer.VocabSize(), loaded.Config.VocabSize; tokens > rows {
		loaded.Finalize()
		return fmt.Errorf("open the model: the tokenizer of %s has %d tokens but the embedding has %d rows; one of the two belongs to another model", m.Path, tokens, rows)
	}
	m.backend, m.weights, m.form, m.hash = backend, loaded, form{precision: precision, base: base, change: loaded.Widened}, loaded.Hash
	return nil
}

// unload frees the weights once nothing computes with them any more.
func (m *Model) unload() {
	m.Work.WhenIdle(m.weights.Finalize)
	m.weights = nil
}
