package device

import (
	"os"
	"strconv"
	"strings"

	"github.com/gomlx/compute"
)

const mebibyte = 1 << 20

// gpuShare is the part of a GPU's memory that XLA takes at most (its option memory_fraction).
const gpuShare = 0.75

// FreeMemory is how many bytes a backend can still take: of the GPU's memory, or of the computer's that is not in use. ok
// is false where neither can be learned.
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

// freeOnGPU counts on that go-xla lets XLA take a GPU's memory only as it needs it.
func freeOnGPU() (bytes int64, ok bool) {
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

// ResetPeak lets PeakMemory count anew, from what the process holds now. Where Linux does not allow it, nothing changes.
func ResetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// PeakMemory is the most bytes that this process has held on the computer so far, or since [ResetPeak]. ok is false where
// it can't be learned.
func PeakMemory() (bytes int64, ok bool) { return ofProcess("VmHWM:") }

// HeldMemory is how many bytes this process holds on the computer. ok is false where it can't be learned.
func HeldMemory() (bytes int64, ok bool) { return ofProcess("VmRSS:") }

func ofProcess(name string) (bytes int64, ok bool) {
	content, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, false
	}
	kibibytes, ok := field(string(content), name)
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
