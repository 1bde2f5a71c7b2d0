// Package cputime measures the processor time of a test. On a machine that is not quiet it varies less than the time of a clock.
package cputime

import (
	"syscall"
	"testing"
	"time"
)

// Used returns the processor time that the process has used.
func Used(t testing.TB) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
