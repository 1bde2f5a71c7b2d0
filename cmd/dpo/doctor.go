package main

import (
	"cmp"
	"context"
	"errors"
	"os"
	"os/exec"
	"time"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/doctor"
	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/gpureport"
)

func doctorCommand() *cobra.Command {
	var gpu bool
	var device, child string
	var o gpureport.Options
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check the installation: what is missing and how to fix it",
		Long: `Check everything that the commands and notebooks use, and print one line per part:
whether it is ok, missing or broken, what was found and, after an arrow, how to
fix it; run the commands in the checkout. Nothing is changed, and the network is
not used.

The exit status is 1 if something that training needs is missing or broken.

With --gpu it examines an NVIDIA GPU for some minutes, and writes a report in
Markdown to share: device and libraries, whether the results are correct, and the
speed of starting, training, resuming and answering. --device cpu does the same on
the CPU. The exit status is 1 if a part failed.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case child != "":
				return gpureport.Child(cmd.Context(), child, cmd.OutOrStdout())
			case gpu:
				return reportOnGPU(cmd.Context(), device, o)
			case device+o.Model+o.File != "":
				return exit.WrongUse(errors.New("--device, --model and --report have an effect only with --gpu"))
			}
			return doctor.Check(cmd.Context(), cmd.OutOrStdout(), func(ctx context.Context) *exec.Cmd {
				return doctorChild(ctx, gpureport.SelfTest)
			})
		},
	}
	f := cmd.Flags()
	f.BoolVar(&gpu, "gpu", false, "examine a GPU and write a report")
	f.StringVar(&device, "device", "", "with --gpu: gpu or cpu (default: "+"GOMLX_BACKEND, or gpu if that is not set)")
	f.StringVar(&o.Model, "model", "", "with --gpu: a model `folder`, a .gguf file, or owner/name (default: the installed model)")
	f.StringVar(&o.File, "report", "", "with --gpu: the report's `file` (default: gpu_report_DATE_TIME.md)")
	f.StringVar(&child, "child", "", "")
	f.Lookup("child").Hidden = true // what a child process does
	return cmd
}

// doctorChild is a child process that uses the device.
func doctorChild(ctx context.Context, task string) *exec.Cmd {
	program, err := os.Executable()
	if err != nil {
		program = os.Args[0]
	}
	return exec.CommandContext(ctx, program, "doctor", "--child", task)
}

func reportOnGPU(ctx context.Context, device string, o gpureport.Options) (err error) {
	if o.Backend, err = gpureport.Backend(device); err != nil {
		return exit.WrongUse(err)
	}
	o.File, o.Command = cmp.Or(o.File, gpureport.FileName(time.Now())), doctorChild
	return gpureport.Write(ctx, o)
}
