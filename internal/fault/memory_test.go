package fault

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"example.com/gonb-dpo/internal/disk"
)

// confine limits this process to the address space that it has now (RLIMIT_AS), so that the system refuses the next
// allocation that Go's runtime, XLA or the C library asks it for.
func confine(disk.Change) error {
	status, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return err
	}
	var pages uint64
	if _, err := fmt.Sscan(string(status), &pages); err != nil {
		return err
	}
	size := pages * uint64(os.Getpagesize())
	return syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: size, Max: size})
}

// greedy keeps what starve takes.
var greedy [][]byte

// starve is confine while another part of the program takes what is left of the memory that Go has from the system.
func starve(c disk.Change) error {
	if err := confine(c); err != nil {
		return err
	}
	go func() {
		for {
			greedy = append(greedy, make([]byte, 1<<18))
		}
	}()
	return nil
}

// TestOutOfMemory takes a process's memory away at a change that it makes to the disk, lets it die, and resumes.
func TestOutOfMemory(t *testing.T) {
	l := newLaboratory(t)
	some(len(l.changes), 4, func(i int) {
		l.starved(t, "out of memory (RLIMIT_AS) from a change on, all that Go has is taken", "greed", i)
	})
}

// TestOutOfMemoryInXLA does so while most of what XLA compiles is yet to come. Each try compiles, so that there are few.
func TestOutOfMemoryInXLA(t *testing.T) {
	if !*full {
		t.Skip("it compiles for minutes; add -full")
	}
	t.Setenv("GOMLX_BACKEND", "")
	t.Setenv("MALLOC_ARENA_MAX", "1") // less address space than one for each thread
	l := newLaboratory(t)
	for i := range len(l.changes) / 8 {
		l.starved(t, "out of memory (RLIMIT_AS) from a change on, XLA compiles and computes", "memory", i)
	}
}

func (l *laboratory) starved(t *testing.T, fault, mode string, change int) {
	t.Helper()
	dir := l.run()
	what := fmt.Sprintf("%s: %d, %s %s", fault, change, l.changes[change].Op, l.changes[change].Path)
	out, err := startChild(t, mode, change, l.folder, dir, "")
	count(fault, died(t, what, out, err)+"; the next start "+l.resume(t, dir, what))
}

// died says how a process ended that had no memory.
func died(t *testing.T, what string, out []byte, err error) string {
	t.Helper()
	var exit *exec.ExitError
	text := strings.TrimSpace(string(out))
	switch {
	case err == nil:
		return "had what it needed"
	case !errors.As(err, &exit):
		t.Fatalf("%s: %v", what, err)
	case exit.ExitCode() == 1:
		sentence(t, what, errors.New(text))
		return "said so and stopped"
	}
	t.Logf("%s: %v: %.300s", what, err, text)
	return "died"
}
