package device

import (
	"os"
	"strconv"
	"strings"

	"github.com/gomlx/compute"
)

const mebibyte = 1 << 20

// gpuShare is the maximum share of a GPU's memory that XLA uses (its option memory_fraction).
const gpuShare = 0.75

// FreeMemory returns how many more bytes a backend can use: of the GPU's memory, or of the computer's available memory. ok is
// false if that is unknown.
func FreeMemory(backend compute.Backend) (bytes int64, ok bool) {
	if OnGPU(backend) {
		return freeGPUMemory()
	}
	return procBytes("/proc/meminfo", "MemAvailable:")
}

// freeGPUMemory assumes that XLA allocates GPU memory on demand, as go-xla configures it.
func freeGPUMemory() (bytes int64, ok bool) {
	values, err := QueryGPU("memory.total", "memory.used")
	if err != nil {
		return 0, false
	}
	var mebibytes [2]int64
	for i, value := range values {
		if mebibytes[i], err = strconv.ParseInt(strings.TrimSuffix(value, " MiB"), 10, 64); err != nil {
			return 0, false
		}
	}
	return max(0, int64(gpuShare*float64(mebibytes[0]))-mebibytes[1]) * mebibyte, true
}

// ResetPeak restarts PeakMemory from the process's current memory. It has no effect where Linux does not allow it.
func ResetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// PeakMemory returns the peak resident memory of this process in bytes, since its start or the last [ResetPeak]. ok is false
// if it is unknown.
func PeakMemory() (bytes int64, ok bool) { return procBytes("/proc/self/status", "VmHWM:") }

// ResidentMemory returns the resident memory of this process in bytes. ok is false if it is unknown.
func ResidentMemory() (bytes int64, ok bool) { return procBytes("/proc/self/status", "VmRSS:") }

// procBytes reads a field of a /proc file, which is given in kibibytes.
func procBytes(path, field string) (bytes int64, ok bool) {
	content, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	_, after, ok := strings.Cut(string(content), field)
	words := strings.Fields(after)
	if !ok || len(words) == 0 {
		return 0, false
	}
	kibibytes, err := strconv.ParseInt(words[0], 10, 64)
	return kibibytes << 10, err == nil
}
