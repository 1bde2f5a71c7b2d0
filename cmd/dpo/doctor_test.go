package main

import (
	"strings"
	"testing"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/dpocore/device"
)

// TestDoctorAfterSetUp: after set-up nothing that training needs is missing, and the columns are aligned.
func TestDoctorAfterSetUp(t *testing.T) {
	t.Setenv(device.Env, "")
	report := output(t, "doctor")
	for _, text := range []string{"ok       program            dpo ", "ok       backend            XLA on the CPU, plugin v", ".so\n", "ok       self-test          7 checks", "ok       model ", "ok       tokenizer          vocabulary of 49152 tokens"} {
		if !strings.Contains(report, text) {
			t.Errorf("the report lacks %q:\n%s", text, report)
		}
	}
	if strings.Count(report, "\n") != 15 {
		t.Errorf("the report does not have 15 lines:\n%s", report)
	}
}

// TestDoctorBareHome: if nothing is installed, each part has a fix and the exit status is 1.
func TestDoctorBareHome(t *testing.T) {
	home := t.TempDir()
	cmd := dpo(t, "doctor")
	cmd.Dir, cmd.Env = home, []string{asCommand + "=1", "HOME=" + home, "PATH=" + home}
	var message strings.Builder
	cmd.Stderr = &message
	report, err := cmd.Output()
	if got := exitStatus(t, err); got != exit.StatusFailed || message.String() != "dpo: training is not possible: backend is missing, model is missing, tokenizer is missing; fix these parts as shown above\n" {
		t.Errorf("the exit status is %d with the message %q", got, message.String())
	}
	for _, text := range []string{"missing  Go ", "missing  backend ", "ok       GPU                none", "missing  model ", "missing  tokenizer library ",
		"only needed for notebooks → bash colab_setup.sh --notebooks\n", "ok       cache              none yet: " + home} {
		if !strings.Contains(string(report), text) {
			t.Errorf("the report lacks %q:\n%s", text, report)
		}
	}
}
