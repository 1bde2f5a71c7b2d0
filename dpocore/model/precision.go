package model

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/gomlx/compute/dtypes"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/device"
)

// largeModel is the number of weights from which float32 takes too long on a GPU like the T4, whose float16 is four times
// as fast.
const largeModel = 1_000_000_000

// choosePrecision is what "auto" means: float32, and float16 for a large model on a GPU.
func choosePrecision(asked string, onGPU bool, weights int) string {
	switch {
	case asked != config.Auto:
		return asked
	case onGPU && weights >= largeModel:
		return config.Float16
	default:
		return config.Float32
	}
}

// narrow brings the weights to a precision. Once rounded they are read anew for float32.
func (m *Model) narrow(asked string) error {
	precision := choosePrecision(asked, device.OnGPU(m.backend), m.weights.Config.Parameters())
	if precision == m.precision {
		return nil
	}
	if m.precision == config.Float16 {
		m.Work.Finish(m.weights.Finalize)
		m.weights = nil
		return m.Load(precision)
	}
	if err := m.weights.Narrow(dtypes.Float16); err != nil {
		return err
	}
	m.precision = precision
	return nil
}

// Describe names the model, the kind of its weights and what they are computed in, as for the first line of a run.
func (m *Model) Describe() string {
	name, kind := filepath.Base(m.Path), ""
	switch {
	case m.HubID != "":
		name = m.HubID
	case strings.EqualFold(filepath.Ext(name), ".gguf"):
		kind = "quantized weights, "
	}
	precision := m.precision
	if precision == "" {
		precision = config.Float32
	}
	return fmt.Sprintf("%s (%scomputed in %s)", name, kind, precision)
}

// machine is what the model computes on, with the GPU's name where it is one.
func (m *Model) Machine() string {
	text := device.Describe(m.backend)
	if device.OnGPU(m.backend) {
		if gpu := device.GPU(); gpu != "" {
			text += ": " + gpu
		}
	}
	return text
}
