package device

import (
	"os/exec"
	"strings"

	"github.com/gomlx/compute"
)

// OnGPU says whether a backend computes on a GPU.
func OnGPU(backend compute.Backend) bool { return Describe(backend) == onGPU }

// GPU names the first GPU with its compute capability, as nvidia-smi does: "Tesla T4 (compute capability 7.5)". It is ""
// where there is none, or no nvidia-smi.
func GPU() string {
	output, err := exec.Command("nvidia-smi", "--query-gpu=name,compute_cap", "--format=csv,noheader").Output()
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(output), "\n")
	name, capability, ok := strings.Cut(line, ", ")
	if !ok {
		return ""
	}
	return strings.TrimSpace(name) + " (compute capability " + strings.TrimSpace(capability) + ")"
}
