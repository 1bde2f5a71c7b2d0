package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// part is one line of the doctor's report.
type part struct {
	name   string
	state  state
	says   string
	mend   string // the command, or what to do; "" where nothing is wrong
	needed bool   // for training
}

// state is how a part is. What is not there and need not be is ok.
type state string

const (
	stateOK      state = "ok"
	stateMissing state = "missing"
	stateBroken  state = "broken"
)

// setUp is the command that mends most.
const setUp = "bash colab_setup.sh"

func doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Say what is installed, what is missing, and what mends it",
		Long: `Look at all that the commands and notebooks use, and print a line for each part:
whether it is ok, missing or broken, what was found and, after an arrow, what
mends it; commands are to be run in the checkout. Nothing is changed, and nobody
on the network is asked.

The exit status is 1 where something is missing or broken that training needs.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return doctor(cmd.OutOrStdout()) },
	}
}

// doctor examines all parts, in the order in which they build on each other.
func doctor(out io.Writer) error {
	var lacking []string
	for _, examine := range []func() part{
		examineProgram, examineGo, examineBackend, examineGPU, examineMemory, examineDisk, examineCache,
		examineModel, examineTokenizer, examineLibrary, examineKernel, examineJupyter, examineHuggingFace,
	} {
		p := examine()
		p.write(out)
		if p.needed && p.state != stateOK {
			lacking = append(lacking, fmt.Sprintf("%s is %s", p.name, p.state))
		}
	}
	if len(lacking) > 0 {
		return fmt.Errorf("what training needs is not all there: %s", strings.Join(lacking, ", "))
	}
	return nil
}

func (p part) write(out io.Writer) {
	line := fmt.Sprintf("%-8s %-18s %s", p.state, p.name, p.says)
	if p.mend != "" {
		line += " → " + p.mend
	}
	fmt.Fprintln(out, strings.ReplaceAll(line, "\n", " "))
}

func (p part) ok(format string, args ...any) part {
	p.state, p.says = stateOK, fmt.Sprintf(format, args...)
	return p
}

func (p part) missing(mend, format string, args ...any) part {
	p.state, p.says, p.mend = stateMissing, fmt.Sprintf(format, args...), mend
	return p
}

func (p part) broken(mend, format string, args ...any) part {
	p.state, p.says, p.mend = stateBroken, fmt.Sprintf(format, args...), mend
	return p
}
