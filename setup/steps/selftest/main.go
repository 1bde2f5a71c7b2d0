// Command selftest checks that the device that set-up chose computes correctly: operations against the host, and training steps
// against recorded ones.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"

	"example.com/gonb-dpo/dpocore/selftest"
)

// child is the argument of the process that uses the device, which may crash.
const child = "child"

func main() {
	run := check
	if len(os.Args) == 2 && os.Args[1] == child {
		run = func() error { return selftest.Write(os.Stdout) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "selftest:", err)
		os.Exit(1)
	}
}

func check() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	report, err := selftest.InChild(context.Background(), func(ctx context.Context) *exec.Cmd {
		return exec.CommandContext(ctx, program, child)
	})
	if err != nil {
		return err
	}
	fmt.Printf("%s: opened in %.1f s; operations in float32, float16 and bfloat16 and a few training steps are correct (%.1f s)\n",
		report.Backend, report.OpenSeconds, report.Seconds())
	return nil
}
