package cell

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
	kernelCheck = 500 * time.Millisecond // interval between checks that the kernel is alive
	orphanLimit = 5 * time.Second        // for the last checkpoint after the kernel died: as long as after the stop button
)

// parent is the PID of the process that started this one: of a cell, its kernel.
var parent = os.Getppid()

// orphaned reports whether the kernel has died.
func orphaned() bool { return os.Getppid() != parent }

// underKernel returns a context that is cancelled when the kernel dies, since nobody can see or stop the cell then. The
// process ends orphanLimit later. Outside a notebook it is never cancelled.
var underKernel = sync.OnceValue(func() context.Context {
	if !gonbui.IsNotebook {
		return context.Background()
	}
	// A write to a dead kernel must fail, and not kill the process before its checkpoint is saved.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		for !orphaned() {
			time.Sleep(kernelCheck)
		}
		cancel()
		time.Sleep(orphanLimit)
		removeTemporaryFiles()
		os.Exit(1)
	}()
	return ctx
})

// removeTemporaryFiles removes what the kernel created for this cell and may leave behind: the names of two pipes (both
// stay open; a kernel shut down during a cell leaves them) and, if the kernel was killed, the folder with this program.
func removeTemporaryFiles() {
	for _, name := range []string{protocol.GONB_PIPE_ENV, protocol.GONB_PIPE_BACK_ENV} {
		os.Remove(os.Getenv(name))
	}
	folder := os.Getenv(protocol.GONB_TMP_DIR_ENV)
	if self, err := os.Executable(); err == nil && orphaned() && filepath.Dir(self) == folder {
		os.RemoveAll(folder)
	}
}
