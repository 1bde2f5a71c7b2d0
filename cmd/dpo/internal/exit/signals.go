package exit

import (
	"os"
	"os/signal"
	"syscall"
)

// Signals are those that stop a command in order. One that the command was started to ignore, as nohup does for SIGHUP and a
// shell script for SIGINT in the background, stays ignored.
func Signals() (list []os.Signal) {
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			list = append(list, s)
		}
	}
	return list
}
