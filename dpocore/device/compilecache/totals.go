package compilecache

import "C"

import (
	"sync"
	"time"
)

// Totals are the outcome of this process's requests to compile a graph.
type Totals struct {
	Loaded    int // found on disk
	Compiled  int
	Compiling time.Duration // of those that were compiled; on a GPU with autotuning
}

var (
	counting sync.Mutex
	totals   Totals
)

// Counted returns the totals so far. They are zero where the cache is not in use.
func Counted() Totals {
	counting.Lock()
	defer counting.Unlock()
	return totals
}

//export compilecacheLoaded
func compilecacheLoaded() {
	counting.Lock()
	defer counting.Unlock()
	totals.Loaded++
}

//export compilecacheCompiled
func compilecacheCompiled(nanoseconds int64) {
	counting.Lock()
	defer counting.Unlock()
	totals.Compiled++
	totals.Compiling += time.Duration(nanoseconds)
}
