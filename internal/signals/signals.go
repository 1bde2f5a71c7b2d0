// Package signals has the signals that stop a command or a cell in order.
package signals

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// Context returns a context that ends at a signal to stop: Ctrl-C, the stop button, kill, or the end of the terminal. A signal that
// the process was started to ignore, as nohup does for SIGHUP and a shell script for SIGINT in the background, stays ignored.
func Context(parent context.Context) (ctx context.Context, stop context.CancelFunc) {
	var list []os.Signal
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			list = append(list, s)
		}
	}
	if len(list) == 0 { // for which NotifyContext would wait for all signals
		return context.WithCancel(parent)
	}
	return signal.NotifyContext(parent, list...)
}
