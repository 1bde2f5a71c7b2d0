package model

import (
	"fmt"
	"path/filepath"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/weights"
)

// largeModel is the number of weights from which float32 is too slow on a GPU like the T4, where float16 is four times as
// fast.
const largeModel = 1_000_000_000

// hardware is what the choice of a precision depends on: whether it is a GPU, and prefers bfloat16.
type hardware struct{ gpu, bfloat16 bool }

func hardwareOf(backend compute.Backend) hardware {
	return hardware{device.OnGPU(backend), device.PrefersBFloat16(backend)}
}

// choosePrecision resolves "auto": bfloat16 where the hardware prefers it, float16 for a large model on another GPU, else float32.
func choosePrecision(requested string, h hardware, weights int) string {
	switch {
	case requested != config.Auto:
		return requested
	case h.bfloat16:
		return config.BFloat16
	case h.gpu && weights >= largeModel:
		return config.Float16
	default:
		return config.Float32
	}
}

// halfTypes are the half precisions; another one is float32.
var halfTypes = map[string]dtypes.DType{config.Float16: dtypes.Float16, config.BFloat16: dtypes.BFloat16}

// bfloat16Cosine is the smallest cosine of the gradient of a LoRA tensor in bfloat16 with that in float32, on the four of
// 20 batches of HH-RLHF that are hardest (docs/measurements.md); TestHalfPrecisionsAgreeWithFloat32 measures it on the worst.
const bfloat16Cosine = 0.998

// PrecisionNote tells the user what computing in bfloat16 means on this machine; it is "" in other precisions.
func (m *Model) PrecisionNote() string {
	if m.precision != config.BFloat16 {
		return ""
	}
	return bfloat16Note(device.BFloat16(m.backend))
}

func bfloat16Note(fast bool) string {
	text := fmt.Sprintf("Products are computed in bfloat16 with float32 results: on SmolLM2-135M the gradient of each LoRA tensor has a cosine of at least %.4g with float32's", bfloat16Cosine)
	if fast {
		return text + ". --precision float32 rounds nothing."
	}
	return text + ". This machine has no instructions for it, so bfloat16 takes longer than float32 here."
}

// Describe returns the model's name, whether its weights are quantized, and the precision of computation, for the first
// line of a run.
func (m *Model) Describe() string {
	name, kind := filepath.Base(m.Path), ""
	if m.HubID != "" {
		name = m.HubID
	}
	switch {
	case m.quantized():
		kind = fmt.Sprintf("quantized to %s as it was read, widened layer by layer, ", m.base)
	case m.base == config.Quantized:
		kind = "quantized weights, widened layer by layer, "
	case weights.Quantized(m.Path):
		kind = "quantized weights, widened, "
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
func (m *Model) BaseWeights() string {
	if m.quantized() {
		return config.Quantized
	}
	return m.base
}
