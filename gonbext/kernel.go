package gonbext

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

const (
	kernelCheck = 500 * time.Millisecond // how often a cell looks whether its kernel lives
	orphanLimit = 5 * time.Second        // for the last checkpoint, once it doesn't: what the stop button gives
)

// parent is the process that started this one: of a cell, its kernel.
var parent = os.Getppid()

// orphaned says that the kernel has died.
func orphaned() bool { return os.Getppid() != parent }

// underKernel is the context of all that a cell does. It ends when the kernel has died, as nobody could see or stop any
// more what goes on, and a little later the process ends. Outside a notebook it stays.
var underKernel = sync.OnceValue(func() context.Context {
	if !gonbui.IsNotebook {
		return context.Background()
	}
	// What a dead kernel no longer reads must fail to be written, and not end the process before its checkpoint is safe.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		for !orphaned() {
			time.Sleep(kernelCheck)
		}
		cancel()
		time.Sleep(orphanLimit)
		tidy()
		os.Exit(1)
	}()
	return ctx
})

// tidy removes what the kernel has made for this cell: the names of two pipes, both of which are open, and, where it has
// died, the folder with this program. A kernel that is shut down while a cell runs would leave the pipes, one that is
// killed all of it.
func tidy() {
	for _, name := range []string{protocol.GONB_PIPE_ENV, protocol.GONB_PIPE_BACK_ENV} {
		os.Remove(os.Getenv(name))
	}
	folder := os.Getenv(protocol.GONB_TMP_DIR_ENV)
	if self, err := os.Executable(); err == nil && orphaned() && filepath.Dir(self) == folder {
		os.RemoveAll(folder)
	}
}
