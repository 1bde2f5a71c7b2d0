package device

import (
	"testing"

	"github.com/gomlx/compute"
)

// described is a backend that only has a description, in go-xla's format.
type described struct {
	compute.Backend
	text string
}

func (d described) Description() string { return d.text }
func (d described) Name() string        { return "xla" }
func (d described) String() string      { return "xla" }

func TestDescribe(t *testing.T) {
	for text, want := range map[string]string{
		"xla:cuda - PJRT plugin (/opt/nvidia/pjrt_c_api_cuda_plugin.so) v0.90 [1 device(s)]":                        "XLA on the GPU (CUDA)",
		"xla:/opt/pjrt_c_api_cuda_plugin.so - PJRT plugin (/opt/pjrt_c_api_cuda_plugin.so) v0.90 [1 device(s)]":     "XLA on the GPU (CUDA)",
		"xla:/home/cuda/pjrt_c_api_cpu_plugin.so - PJRT plugin (/home/cuda/pjrt_c_api_cpu_plugin.so) [4 device(s)]": "XLA on the CPU",
		"xla:/cpu/pjrt_c_api_tpu_plugin.so - PJRT plugin (/cpu/pjrt_c_api_tpu_plugin.so) v0.90 [8 device(s)]":       "xla",
	} {
		if got := Describe(described{text: text}); got != want {
			t.Errorf("%q is described as %q; want %q", text, got, want)
		}
	}
}
