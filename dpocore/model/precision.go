package model

import (
	"fmt"
	"path/filepath"

	"github.com/gomlx/compute/dtypes"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/weights"
)

// largeModel is the number of weights from which float32 is too slow on a GPU like the T4, where float16 is four times as
// fast.
const largeModel = 1_000_000_000

// choosePrecision resolves "auto": float16 for a large model on a GPU, else float32.
func choosePrecision(requested string, onGPU bool, weights int) string {
	switch {
	case requested != config.Auto:
		return requested
	case onGPU && weights >= largeModel:
		return config.Float16
	default:
		return config.Float32
	}
}

var halfTypes = map[string]dtypes.DType{config.Float16: dtypes.Float16, config.BFloat16: dtypes.BFloat16}

// PrecisionNote tells the user what computing in bfloat16 means on this machine; it is "" in other precisions.
func (m *Model) PrecisionNote() string {
	if m.precision != config.BFloat16 || device.BFloat16(m.backend) {
		return ""
	}
	return "This machine has no instructions for bfloat16, so it takes longer than float32 here; the results are the same as where it is fast."
}

// Describe returns the model's name, whether its weights are quantized, and the precision of computation, for the first
// line of a run.
func (m *Model) Describe() string {
	name, kind := filepath.Base(m.Path), ""
	switch {
	case m.HubID != "":
		name = m.HubID
	case m.base == config.Quantized:
		kind = "quantized weights, widened layer by layer, "
	case weights.Quantized(m.Path):
		kind = "quantized weights, "
	}
	precision := m.precision
	if precision == "" {
		precision = config.Float32
	}
	return fmt.Sprintf("%s (%scomputed in %s)", name, kind, precision)
}

// Machine describes the backend that the model runs on, with the name of the GPU if it is one.
func (m *Model) Machine() string {
	text := device.Describe(m.backend)
	if device.OnGPU(m.backend) {
		if gpu := device.GPU(); gpu != "" {
			text += ": " + gpu
		}
	}
	return text
}

// BaseWeights returns the form of the loaded weights: one of [config.BaseWeights] except auto, or "" before [Model.Load].
func (m *Model) BaseWeights() string { return m.base }
