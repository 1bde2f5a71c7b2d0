package device

import (
	"testing"

	"github.com/gomlx/compute"
)

func TestIsAmpere(t *testing.T) {
	for capability, want := range map[string]bool{"7.5": false, "8.0": true, "8.9": true, "9.0": true, "12.0": true, "": false, "[N/A]": false} {
		if got := isAmpere(capability); got != want {
			t.Errorf("%q: %t", capability, got)
		}
	}
}

// The CPU decides for XLA on the CPU alone: pure Go has no such instructions, and on a GPU nvidia-smi tells, which is missing here.
func TestBFloat16(t *testing.T) {
	saved := features
	defer func() { features = saved }()
	t.Setenv("PATH", t.TempDir())
	onCPU := described{text: "xla:/lib/pjrt_c_api_cpu_plugin.so - PJRT plugin"}
	for _, c := range []struct {
		backend compute.Backend
		cpu     cpuFeatures
		want    bool
		prefers bool
	}{
		{onCPU, cpuFeatures{}, false, false},
		{onCPU, cpuFeatures{amx: true, avx512: true}, true, true},
		{onCPU, cpuFeatures{avx512: true}, true, false},
		{described{text: "xla:cuda - PJRT plugin"}, cpuFeatures{amx: true, avx512: true}, false, false},
		{goBackend{}, cpuFeatures{amx: true, avx512: true}, false, false},
	} {
		features = func() cpuFeatures { return c.cpu }
		if got := BFloat16(c.backend); got != c.want {
			t.Errorf("%v with %+v: %t", c.backend, c.cpu, got)
		}
		if got := PrefersBFloat16(c.backend); got != c.prefers {
			t.Errorf("%v with %+v: prefers it %t", c.backend, c.cpu, got)
		}
	}
}

type goBackend struct{ compute.Backend }

func (goBackend) String() string { return goName }
