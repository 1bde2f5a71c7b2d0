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
	const calls, few = 64, 2000
	least := int64(math.MaxInt64)
	for range calls {
		before := minorFaults(t)
		call()
		if least = min(least, minorFaults(t)-before); least <= few {
			return
		}
	}
	t.Errorf("at least %d page faults in each of %d calls that can reuse memory", least, calls)
}

func minorFaults(t *testing.T) int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return usage.Minflt
}
