// Package doctor checks the installation and says how to fix it.
package doctor

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// part is one line of the doctor's report.
type part struct {
	name    string
	state   state
	summary string
	fix     string // a command or an instruction; "" if nothing is wrong
	needed  bool   // for training
}

// state is a part's state. An optional part that is absent is ok.
type state string

const (
	stateOK      state = "ok"
	stateMissing state = "missing"
	stateBroken  state = "broken"
)

// setUp is the command that fixes most problems.
const setUp = "bash colab_setup.sh"

// Child makes the command of a child process that calls selftest.Write.
type Child func(context.Context) *exec.Cmd

// Check writes a report on all parts to out, and returns an error if training is not possible. It checks them in the order of
// their dependencies. The device is used in a child process.
func Check(ctx context.Context, out io.Writer, child Child) error {
	var lacking []string
	d := openDevice(ctx, child)
	for _, examine := range []func() part{
		examineProgram, examineGo, d.examineBackend, d.examineResults, examineGPU, examineMemory, examineDisk, examineCache, examineCompiled,
		examineModel, examineTokenizer, examineLibrary, examineKernel, examineJupyter, examineHuggingFace,
	} {
		p := examine()
		p.write(out)
		if p.needed && p.state != stateOK {
			lacking = append(lacking, fmt.Sprintf("%s is %s", p.name, p.state))
		}
	}
	if len(lacking) > 0 {
		return fmt.Errorf("training is not possible: %s; fix these parts as shown above", strings.Join(lacking, ", "))
	}
	return nil
}

func (p part) write(out io.Writer) {
	line := fmt.Sprintf("%-8s %-18s %s", p.state, p.name, p.summary)
	if p.fix != "" {
		line += " → " + p.fix
	}
	fmt.Fprintln(out, strings.ReplaceAll(line, "\n", " "))
}

func (p part) ok(format string, args ...any) part {
	p.state, p.summary = stateOK, fmt.Sprintf(format, args...)
	return p
}

func (p part) missing(fix, format string, args ...any) part {
	p.state, p.summary, p.fix = stateMissing, fmt.Sprintf(format, args...), fix
	return p
}

func (p part) broken(fix, format string, args ...any) part {
	p.state, p.summary, p.fix = stateBroken, fmt.Sprintf(format, args...), fix
	return p
}
