package device

import (
	"fmt"
	"os"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"
)

// goName is pure Go's name in GOMLX_BACKEND, and goConfig how it is opened. As it comes, the backend waits for itself for
// ever in rows of more than 128 tokens; computing one operation after the other avoids that and takes as long.
const (
	goName   = gobackend.BackendName
	goConfig = goName + ":ops_sequential"
)

// What a training step takes in pure Go, in multiples of XLA's time on two cores: SmolLM2-135M with rows of 128 to 384
// tokens, docs/measurements.md. Pure Go uses one core.
const (
	timesWithSIMD = 7
	timesWithout  = 55
)

// Note is a sentence that the user of a backend should read, empty where there is nothing to say: that it is pure Go, why,
// how slow that is, and what would change it.
func Note(backend compute.Backend) string {
	if !isGo(backend) {
		return ""
	}
	why, cure := "XLA's plugin is not installed", "`make setup` installs the plugin"
	if os.Getenv(Env) != "" {
		why, cure = Env+" asks for it", "unset "+Env+" to use XLA"
	}
	if simd {
		return fmt.Sprintf("Computing in pure Go, because %s: a step takes about %d times as long as with XLA; %s.", why, timesWithSIMD, cure)
	}
	return fmt.Sprintf("Computing in pure Go, because %s: a step takes about %d times as long as with XLA, and %d times if this program is built with GOEXPERIMENT=simd; %s.",
		why, timesWithout, timesWithSIMD, cure)
}

func isGo(backend compute.Backend) bool { return backend.String() == goName }

// describeGo tells the two builds apart, as their sums are rounded differently.
func describeGo() string {
	if simd {
		return "pure Go with SIMD"
	}
	return "pure Go without SIMD"
}
