package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// TestExport writes a run as a GGUF file that the other commands read, and its adapter alone.
func TestExport(t *testing.T) {
	cachetest.Own(t)
	model, data, dir := tinymodel.WriteChat(t, 1), pairsFile(t), t.TempDir()
	run, file, lora := filepath.Join(dir, "run"), filepath.Join(dir, "tiny.gguf"), filepath.Join(dir, "lora.gguf")
	output(t, "train", "--model", model, "--data", data, "--out", run, "--max-steps", "1", "--batch-size", "2", "--learning-rate", "1e-2")
	said := output(t, "export", "--adapter", run, "--data", data, "--gguf", file, "--type", "f32")
	for _, want := range []string{"f32", "compared with the model", "an answer differs by 0.0000 a token", "with ChatML", "ollama create tiny -f"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing in\n%s", want, said)
		}
	}
	modelfile, err := os.ReadFile(filepath.Join(dir, "tiny.Modelfile"))
	if err != nil || !strings.HasPrefix(string(modelfile), "FROM ./tiny.gguf\nTEMPLATE \"\"\"") || !strings.Contains(string(modelfile), `PARAMETER stop "<|im_end|>"`) {
		t.Errorf("the Modelfile is %s, %v", modelfile, err)
	}
	prompt := []string{"--prompt", "Name a colour.", "--max-new-tokens", "12", "--temperature", "0"}
	adapted := output(t, append([]string{"generate", "--adapter", run}, prompt...)...)
	if got := output(t, append([]string{"generate", "--model", file}, prompt...)...); got != adapted {
		t.Errorf("the file answers %q, the model with its adapter %q", got, adapted)
	}
	output(t, "export", "--adapter", run, "--gguf", lora, "--lora")
	if modelfile, err := os.ReadFile(filepath.Join(dir, "lora.Modelfile")); err != nil || !strings.Contains(string(modelfile), "ADAPTER ./lora.gguf\n") {
		t.Errorf("the Modelfile is %s, %v", modelfile, err)
	}
	if entries, err := filepath.Glob(filepath.Join(dir, ".*")); err != nil || len(entries) > 0 {
		t.Errorf("%v is left, %v", entries, err)
	}
	checkExportErrors(t, run, file)
}

func checkExportErrors(t *testing.T, run, file string) {
	t.Helper()
	t.Setenv("PATH", "")
	for _, c := range []struct {
		want string
		args []string
	}{
		{"is there already; name another file, or add --overwrite", []string{"--adapter", run, "--gguf", file}},
		{"name the file to write", []string{"--adapter", run}},
		{`unknown type "q3"; choose f32, f16, bf16, q8_0`, []string{"--adapter", run, "--gguf", "x.gguf", "--type", "q3"}},
		{`unknown type "q8_0"; choose f32 or f16`, []string{"--adapter", run, "--gguf", "x.gguf", "--lora", "--type", "q8_0"}},
		{"--lora writes an adapter", []string{"--model", file, "--gguf", "x.gguf", "--lora"}},
		{"ollama is not installed", []string{"--adapter", run, "--gguf", "x.gguf", "--ollama", "mine"}},
		{"is the model that is read", []string{"--model", file, "--gguf", file, "--overwrite"}},
	} {
		cmd := dpo(t, append([]string{"export"}, c.args...)...)
		if said, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(said), c.want) {
			t.Errorf("dpo export %v: %v, %s; want %q", c.args, err, said, c.want)
		}
	}
}
