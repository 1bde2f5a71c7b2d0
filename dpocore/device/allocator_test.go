package device

import (
	"math"
	"syscall"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
)

// A graph's result of 64 MiB takes the memory of a previous call's result: of its 16,384 pages, hardly any is new. It isn't so in
// every call, since XLA may keep something in the freed memory.
func TestMemoryIsReused(t *testing.T) {
	backend, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	if isGo(backend) {
		t.Skip("pure Go's results are in Go's heap")
	}
	exec, err := graph.NewExec(backend, func(x *graph.Node) *graph.Node { return graph.BroadcastToDims(x, 16, mebibyte) })
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	call := func() {
		for _, output := range exec.MustCall(float32(1)) {
			output.MustFinalizeAll()
		}
	}
	least := int64(math.MaxInt64)
	for range 8 {
		before := minorFaults(t)
		call()
		least = min(least, minorFaults(t)-before)
	}
	if least > 2000 {
		t.Errorf("at least %d page faults in a call that can reuse memory", least)
	}
}

func minorFaults(t *testing.T) int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return usage.Minflt
}
