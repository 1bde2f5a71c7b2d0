package device

import (
	"fmt"
	"os"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"
)

// goName is the pure Go backend's name in GOMLX_BACKEND, goConfig its configuration. By default it deadlocks on rows of more
// than 128 tokens; running its operations sequentially avoids that and is as fast.
const (
	goName   = gobackend.BackendName
	goConfig = goName + ":ops_sequential"
)

// Time of a training step in pure Go as a multiple of XLA's time on two cores, for SmolLM2-135M with rows of 128 to 384
// tokens (docs/measurements.md). Pure Go uses one core.
const (
	slowdownSIMD = 7
	slowdown     = 55
)

// Note tells the user why pure Go is used, how slow it is and how to change that. It is "" for other backends.
func Note(backend compute.Backend) string {
	if !isGo(backend) {
		return ""
	}
	reason, remedy := "the XLA plugin is not installed", "run `make setup` to install it"
	if os.Getenv(Env) != "" {
		reason, remedy = Env+" asks for it", "unset "+Env+" to use XLA"
	}
	if simd {
		return fmt.Sprintf("Computing in pure Go because %s: a step takes about %d times as long as with XLA; %s.", reason, slowdownSIMD, remedy)
	}
	return fmt.Sprintf("Computing in pure Go because %s: a step takes about %d times as long as with XLA, or %d times if this program is built with GOEXPERIMENT=simd; %s.",
		reason, slowdown, slowdownSIMD, remedy)
}

func isGo(backend compute.Backend) bool { return backend.String() == goName }

// describeGo distinguishes the two builds, because they round sums differently.
func describeGo() string {
	if simd {
		return "pure Go with SIMD"
	}
	return "pure Go without SIMD"
}
