package device

import (
	"fmt"
	"os/exec"
	"strings"

	"github.com/gomlx/compute"
)

// OnGPU says whether a backend computes on a GPU.
func OnGPU(backend compute.Backend) bool { return Describe(backend) == onGPU }

// GPU names the first GPU with its compute capability, as nvidia-smi does: "Tesla T4 (compute capability 7.5)". It is ""
// where there is none, or no nvidia-smi.
func GPU() string {
	values, err := QueryGPU("name", "compute_cap")
	if err != nil {
		return ""
	}
	return values[0] + " (compute capability " + values[1] + ")"
}

// QueryGPU asks nvidia-smi for fields of the first GPU, under the names that `nvidia-smi --help-query-gpu` lists. Without
// nvidia-smi the error is [exec.ErrNotFound].
func QueryGPU(fields ...string) (values []string, err error) {
	path, err := exec.LookPath("nvidia-smi")
	if err != nil {
		return nil, fmt.Errorf("ask for the GPU: %w", err)
	}
	said, err := exec.Command(path, "--query-gpu="+strings.Join(fields, ","), "--format=csv,noheader").CombinedOutput()
	line, _, _ := strings.Cut(strings.TrimSpace(string(said)), "\n")
	values = strings.Split(line, ", ")
	if err != nil || len(values) != len(fields) {
		return nil, fmt.Errorf("nvidia-smi says %q", line)
	}
	return values, nil
}
