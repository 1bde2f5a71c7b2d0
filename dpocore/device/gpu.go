package device

import (
	"fmt"
	"os/exec"
	"strings"
	"sync"

	"github.com/gomlx/compute"
)

// OnGPU reports whether a backend computes on a GPU.
func OnGPU(backend compute.Backend) bool { return Describe(backend) == onGPU }

// GPU returns nvidia-smi's name of the first GPU with its compute capability: "Tesla T4 (compute capability 7.5)". It is ""
// without a GPU or without nvidia-smi, which is asked once per process.
var GPU = sync.OnceValue(nameGPU)

func nameGPU() string {
	values, err := QueryGPU("name", "compute_cap")
	if err != nil {
		return ""
	}
	return values[0] + " (compute capability " + values[1] + ")"
}

// QueryGPU queries fields of the first GPU, by the names in `nvidia-smi --help-query-gpu`. Without nvidia-smi the error is
// [exec.ErrNotFound].
func QueryGPU(fields ...string) (values []string, err error) {
	path, err := findNvidiaSMI()
	if err != nil {
		return nil, fmt.Errorf("query the GPU: %w", err)
	}
	output, err := exec.Command(path, "--query-gpu="+strings.Join(fields, ","), "--format=csv,noheader").CombinedOutput()
	line, _, _ := strings.Cut(strings.TrimSpace(string(output)), "\n")
	values = strings.Split(line, ", ")
	if err != nil || len(values) != len(fields) {
		return nil, fmt.Errorf("query the GPU: nvidia-smi printed %q", line)
	}
	return values, nil
}

// wslNvidiaSMI is the driver's program in WSL, where it need not be in PATH.
var wslNvidiaSMI = "/usr/lib/wsl/lib/nvidia-smi"

func findNvidiaSMI() (path string, err error) {
	path, err = exec.LookPath("nvidia-smi")
	if err == nil {
		return path, nil
	}
	if path, inWSL := exec.LookPath(wslNvidiaSMI); inWSL == nil {
		return path, nil
	}
	return "", err
}
