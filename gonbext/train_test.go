package gonbext

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// useTinyModel sets the base model of a test to a two-layer random Llama with SmolLM2's tokenizer.
func useTinyModel(t *testing.T) {
	t.Helper()
	t.Setenv(cell.Model, tinymodel.WriteChat(t, 1))
	cachetest.Own(t)
	t.Cleanup(open.CloseBaseModel)
}

// printing captures what a test shows.
func printing(t *testing.T) *bytes.Buffer {
	t.Helper()
	var out bytes.Buffer
	before := cell.Stdout
	cell.Stdout = &out
	t.Cleanup(func() { cell.Stdout = before })
	return &out
}

func shortConfig() config.Config {
	c := config.Default()
	c.MaxSteps, c.BatchSize, c.LoRARank, c.LoRAAlpha = 20, 2, 4, 4
	c.SamplePrompts, c.SampleSteps, c.SampleTokens = []string{"Why?"}, 2, 3
	return c
}

func TestTrainOutsideANotebook(t *testing.T) {
	useTinyModel(t)
	t.Setenv(cell.MaxSteps, "3")
	out := printing(t)
	p, err := load(t.Context(), pairFile(t, numbered(8)...))
	if err != nil {
		t.Fatal(err)
	}
	p = p.HoldOut(0.25)
	dir := filepath.Join(t.TempDir(), "run")
	if err := trainRun(t.Context(), dir, shortConfig(), p); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Note: Only 3 steps instead of 20, as set by DPO_MAX_STEPS", "on XLA on the CPU; 6 training pairs, 2 held out",
		"Step 3 of 3, loss 0.69", "Held-out pairs after step 3", "The model's answers after step 2", "Trained in", "overview.png",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("lacks %q in\n%s", want, out)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "plots", "overview.png")); err != nil {
		t.Error(err)
	}
	out.Reset()
	if err := trainRun(t.Context(), dir, shortConfig(), p); err != nil || !strings.Contains(out.String(), "This run is finished") {
		t.Errorf("again: %v\n%s", err, out)
	}
	Plot(dir)
	Overlay(filepath.Dir(dir)+"/r*", "eval_loss")
	Files(dir)
	for _, want := range []string{"eval_loss.png", "adapter_model.safetensors", "what was learned"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("lacks %q in\n%s", want, out)
		}
	}
}

// TestFineTuneAndFork: the cells of fine-tuning, of preferences from its adapter, and of a fork with another beta.
func TestFineTuneAndFork(t *testing.T) {
	useTinyModel(t)
	out := printing(t)
	p, err := load(t.Context(), pairFile(t, numbered(8)...))
	if err != nil {
		t.Fatal(err)
	}
	p = p.HoldOut(0.25)
	work := t.TempDir()
	tuned, run, forked := filepath.Join(work, "sft"), filepath.Join(work, "run"), filepath.Join(work, "fork")
	c := shortConfig()
	c.MaxSteps, c.SaveSteps, c.SampleSteps = 2, 1, 0
	FineTune(tuned, c, p)
	for _, want := range []string{"6 training answers, 2 held out", "Step 2 of 2, loss", "token accuracy", "overview.png"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("lacks %q in\n%s", want, out)
		}
	}
	c.InitAdapter = tuned
	if err := trainRun(t.Context(), run, c, p); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := forkRun(t.Context(), run, 1, forked, p, func(c *config.Config) { c.Beta, c.MaxSteps = 0.5, 3 }); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"This run continues from step 1 of " + run + ", with beta: 0.1 → 0.5", "Step 3 of 3, loss"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("lacks %q in\n%s", want, out)
		}
	}
	if err := forkRun(t.Context(), run, 7, forked, p, func(*config.Config) {}); err == nil || !strings.Contains(output.Sentence(err), "no checkpoint of step 7; choose 1 or 2") {
		t.Errorf("got %v", err)
	}
}

func TestTrainStops(t *testing.T) {
	useTinyModel(t)
	printing(t)
	p, err := load(t.Context(), pairFile(t, numbered(8)...))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = trainRun(ctx, filepath.Join(t.TempDir(), "run"), shortConfig(), p)
	var stopped *train.Stopped
	if !errors.As(err, &stopped) || cell.EndBox(err).Kind != output.Note {
		t.Errorf("got %v", err)
	}
}

func TestTrainMistakes(t *testing.T) {
	c := shortConfig()
	c.Beta = 0
	if err := trainRun(t.Context(), t.TempDir(), c, Pairs{}); err == nil || output.Sentence(err) != "Beta is 0; it must be above 0 (0.1 is a good start)." {
		t.Errorf("got %v", err)
	}
	t.Setenv(cell.MaxSteps, "many")
	p, err := load(t.Context(), pairFile(t, numbered(2)...))
	if err != nil {
		t.Fatal(err)
	}
	if err := trainRun(t.Context(), t.TempDir(), shortConfig(), p); err == nil || !strings.Contains(err.Error(), cell.MaxSteps) {
		t.Errorf("got %v", err)
	}
	if _, err := open.FinishedRun(t.TempDir()); err == nil || !strings.Contains(err.Error(), "run the cell that trains it first") {
		t.Errorf("got %v", err)
	}
}

// A mistake in an exported function prints one line, and nothing after it runs. The test runs itself in another process.
func TestCellEnds(t *testing.T) {
	if os.Getenv("GONBEXT_TEST_CELL") == "1" {
		Load("no-such-file.jsonl")
		os.Stdout.WriteString("still running\n")
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestCellEnds$")
	cmd.Env = append(os.Environ(), "GONBEXT_TEST_CELL=1")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("got %v", err)
	}
	if got := string(out); !strings.HasPrefix(got, `Error: There is no file "no-such-file.jsonl"`) || strings.Count(got, "\n") != 1 {
		t.Errorf("got %q", got)
	}
}
