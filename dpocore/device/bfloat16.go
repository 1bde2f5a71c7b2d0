package device

import (
	"strconv"

	"github.com/gomlx/compute"
	"golang.org/x/sys/cpu"
)

// ampere is the compute capability of the first GPUs whose tensor cores multiply bfloat16.
const ampere = 8.0

// features are those of the processor; tests replace it.
var features = func() cpuFeatures { return cpuFeatures{cpu.X86.HasAMXBF16, cpu.X86.HasAVX512BF16} }

// cpuFeatures are the instructions of a processor that multiply bfloat16.
type cpuFeatures struct{ amx, avx512 bool }

// BFloat16 reports whether a backend's hardware multiplies matrices of bfloat16: a CPU with AMX or AVX-512's bfloat16
// instructions, a GPU from Ampere on. Elsewhere XLA computes the same products with float32's instructions.
func BFloat16(backend compute.Backend) bool {
	switch {
	case isGo(backend):
		return false
	case OnGPU(backend):
		values, err := QueryGPU("compute_cap")
		return err == nil && isAmpere(values[0])
	default:
		has := features()
		return has.amx || has.avx512
	}
}

// PrefersBFloat16 reports whether bfloat16 pays on a backend's hardware although the forward pass computes each product twice:
// AMX multiplies it four times as fast as float32, AVX-512's instructions alone twice at best.
func PrefersBFloat16(backend compute.Backend) bool {
	return BFloat16(backend) && (OnGPU(backend) || features().amx)
}

// isAmpere reports whether a compute capability, such as "7.5" of a T4, is at least Ampere's.
func isAmpere(capability string) bool {
	value, err := strconv.ParseFloat(capability, 64)
	return err == nil && value >= ampere
}
