package device

import (
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/gomlx/compute"
)

const mebibyte = 1 << 20

// FreeMemory is how many bytes a backend's machine has to give: the GPU's free memory, or the computer's that is not in
// use. ok is false where neither can be learned.
func FreeMemory(backend compute.Backend) (bytes int64, ok bool) {
	if OnGPU(backend) {
		return freeOnGPU()
	}
	content, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	kibibytes, ok := field(string(content), "MemAvailable:")
	return kibibytes << 10, ok
}

func freeOnGPU() (bytes int64, ok bool) {
	output, err := exec.Command("nvidia-smi", "--query-gpu=memory.free", "--format=csv,noheader,nounits").Output()
	if err != nil {
		return 0, false
	}
	first, _, _ := strings.Cut(string(output), "\n")
	mebibytes, err := strconv.ParseInt(strings.TrimSpace(first), 10, 64)
	return mebibytes * mebibyte, err == nil
}

// PeakMemory is the most bytes that this process has held on the computer so far. ok is false where it can't be learned.
func PeakMemory() (bytes int64, ok bool) {
	content, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, false
	}
	kibibytes, ok := field(string(content), "VmHWM:")
	return kibibytes << 10, ok
}

// field reads a number of the /proc file system, which stands behind its name.
func field(text, name string) (int64, bool) {
	_, after, ok := strings.Cut(text, name)
	words := strings.Fields(after)
	if !ok || len(words) == 0 {
		return 0, false
	}
	number, err := strconv.ParseInt(words[0], 10, 64)
	return number, err == nil
}
