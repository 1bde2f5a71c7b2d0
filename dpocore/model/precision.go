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

// convert converts the loaded weights to a precision. From float16 back to float32 it reads them again.
func (m *Model) convert(requested string) error {
	precision := choosePrecision(requested, device.OnGPU(m.backend), m.weights.Config.Parameters())
	if precision == m.precision {
		return nil
	}
	if m.precision == config.Float16 {
		m.Work.WhenIdle(m.weights.Finalize)
		m.weights = nil
		return m.Load(precision)
	}
	if err := m.weights.Narrow(dtypes.Float16); err != nil {
		return err
	}
	m.precision = precision
	return nil
}

// Describe returns the model's name, whether its weights are quantized, and the precision of computation, for the first
// line of a run.
func (m *Model) Describe() string {
	name, kind := filepath.Base(m.Path), ""
	switch {
	case m.HubID != "":
		name = m.HubID
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
