package device

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"
)

func TestFreeMemory(t *testing.T) {
	onCPU := described{text: "xla:cpu - PJRT plugin (pjrt_c_api_cpu_plugin.so)"}
	if free, ok := FreeMemory(onCPU); !ok || free < 1<<20 {
		t.Errorf("free memory %d bytes, ok: %t", free, ok)
	}
	folder := t.TempDir()
	t.Setenv("PATH", folder)
	cuda := described{text: "xla:cuda - PJRT plugin (pjrt_c_api_cuda_plugin.so)"}
	if _, ok := FreeMemory(cuda); ok {
		t.Error("the GPU's free memory is known without nvidia-smi")
	}
	for _, test := range []struct {
		output string
		want   int64 // mebibytes
		ok     bool
	}{{"15360 MiB, 1000 MiB", 10520, true}, {"15360 MiB, 14000 MiB", 0, true}, {"[N/A], [N/A]", 0, false}} {
		script := "#!/bin/sh\necho '" + test.output + "'\n"
		if err := os.WriteFile(filepath.Join(folder, "nvidia-smi"), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
		if free, ok := FreeMemory(cuda); ok != test.ok || free != test.want*mebibyte {
			t.Errorf("%q: %d MiB free, ok: %t; want %d, %t", test.output, free/mebibyte, ok, test.want, test.ok)
		}
	}
}

// The peak includes memory that was freed, until it is reset.
func TestPeakMemory(t *testing.T) {
	before, ok := PeakMemory()
	if !ok {
		t.Skip("no /proc/self/status here")
	}
	block := make([]byte, before+64*mebibyte)
	for i := 0; i < len(block); i += 4096 {
		block[i] = 1
	}
	if after, _ := PeakMemory(); after < int64(len(block)) {
		t.Errorf("after an allocation of %d bytes, the peak is %d", len(block), after)
	}
	size := int64(len(block))
	block = nil
	debug.FreeOSMemory()
	ResetPeak()
	if after, _ := PeakMemory(); after >= size {
		t.Errorf("after a reset the peak is %d bytes, which still includes the freed %d", after, size)
	}
}
