package main

import (
	"os"
	"strings"
	"testing"

	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// TestFull: the folder of a run that trains all weights is a model with a card. Its run is measured against the model that it started
// from, compared, replayed and sent to the hub, and it is the start of another run; what is only for adapters says so.
func TestFull(t *testing.T) {
	cachetest.Own(t)
	hub := serveHub(t)
	model, data := tinymodel.WriteBytes(t, 1), pairsFile(t)
	t.Chdir(t.TempDir())
	small := []string{"--full", "--max-steps", "2", "--batch-size", "2", "--learning-rate", "1e-3", "--warmup-steps", "0"}
	output(t, append([]string{"sft", "--chosen", "--model", model, "--data", data, "--out", "sft"}, small...)...)
	output(t, append([]string{"train", "--model", "sft", "--data", data, "--eval-data", data, "--out", "run"}, small...)...)

	if score := output(t, "eval", "run", "--data", data); !strings.Contains(score, "the reference is the model alone") || strings.Contains(score, "KL                 0.0000 ") {
		t.Errorf("eval prints %s", score)
	}
	card, err := os.ReadFile("run/README.md")
	if err != nil || !strings.Contains(string(card), "sft with all its weights trained on preference pairs") || !strings.Contains(string(card), "On 3 pairs of") {
		t.Errorf("the card (%v) is %s", err, card)
	}
	answer := func(flag string) string {
		return output(t, "generate", flag, "run", "--prompt", "Name a colour.", "--max-new-tokens", "8")
	}
	if a, b := answer("--adapter"), answer("--model"); a != b {
		t.Errorf("beside the model that it started from it answers %q, alone %q", a, b)
	}
	if both := output(t, "compare", "--adapter", "run", "--prompt", "Hi", "--max-new-tokens", "4"); !strings.Contains(both, "after:") {
		t.Errorf("compare prints %s", both)
	}
	if said := output(t, "replay", "run"); !strings.Contains(said, "byte for byte in its weights") {
		t.Errorf("replay prints %s", said)
	}
	output(t, "report", "run", "--tokens", data)
	if said := output(t, "push", "run", "me/whole"); !strings.Contains(said, "dpo generate --model me/whole") {
		t.Errorf("push prints %s", said)
	}
	checkPushed(t, hub, "me/whole", "run", "config.json", "model.safetensors", "tokenizer.json", "README.md", "plots/overview.png")

	all := []string{"--model", model, "--data", data, "--out", "other", "--max-steps", "1"}
	for want, args := range map[string][]string{
		"all weights were trained in run, so there is nothing to merge: the folder is the model (--model run)":                                {"merge", "--adapter", "run"},
		"all weights were trained in run, so it is a model and has no adapter; name it as the model (--model)":                                {"export", "--adapter", "run", "--gguf", "x.gguf"},
		"train: all weights were trained in run, so it is a model and has no adapter; name it as the model (--model)":                         append([]string{"train", "--init-adapter", "run"}, all...),
		"fork: run trains all weights, and forks are of adapters; start a new run from its model instead (--model run/checkpoint-2)":          {"fork", "run", "--at", "2", "--max-steps", "3"},
		"--init-adapter is the start of an adapter, and --full trains none: merge it first (dpo merge), and name the merged model as --model": append([]string{"train", "--full", "--init-adapter", "x"}, all...),
		"--lora-r is a setting of an adapter, and --full trains none; leave out one of the two":                                               append([]string{"train", "--full", "--lora-r", "16"}, all...),
		"--rank-pattern is a setting of an adapter, and --full trains none; leave out one of the two":                                         append([]string{"sft", "--chosen", "--full", "--rank-pattern", "q_proj=8"}, all...),
	} {
		if said, err := dpo(t, args...).CombinedOutput(); err == nil || !strings.Contains(string(said), want) {
			t.Errorf("dpo %v: %v, %s; want %q", args, err, said, want)
		}
	}
}

// TestStoppedFull: what can be used of a run that is not finished is its latest checkpoint.
func TestStoppedFull(t *testing.T) {
	cachetest.Own(t)
	model, data := tinymodel.WriteBytes(t, 1), pairsFile(t)
	t.Chdir(t.TempDir())
	said, err := dpo(t, "train", "--full", "--max-steps", "5", "--model", model, "--data", data, "--eval-data", data, "--eval-steps", "1", "--warmup-steps", "0",
		"--learning-rate", "1e-3", "--guard-kl", "1e-12", "--out", "run").CombinedOutput()
	if err == nil || !strings.Contains(string(said), "start over with a lower learning rate or a larger beta, or resume with a higher bound") {
		t.Fatalf("%v: %s", err, said)
	}
	said, err = dpo(t, "eval", "--adapter", "run", "--data", data).CombinedOutput()
	if err == nil || !strings.Contains(string(said), "the run in run is not finished, so it has no model yet; resume it, or use its checkpoint run/checkpoint-1") {
		t.Errorf("%v: %s", err, said)
	}
	output(t, "eval", "--adapter", "run/checkpoint-1", "--data", data)
}

// TestDamagedModel: weights that have changed, or are gone, are named by whoever uses them.
func TestDamagedModel(t *testing.T) {
	cachetest.Own(t)
	serveHub(t)
	model, data := tinymodel.WriteBytes(t, 1), pairsFile(t)
	t.Chdir(t.TempDir())
	output(t, "train", "--full", "--max-steps", "1", "--model", model, "--data", data, "--out", "run")
	const weights = "run/model.safetensors"
	content, err := os.ReadFile(weights)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)-1] ^= 1
	fail := func(want string) {
		t.Helper()
		for _, args := range [][]string{{"eval", "--adapter", "run", "--data", data}, {"generate", "--adapter", "run", "--prompt", "Hi"}, {"push", "run", "me/x"}} {
			if said, err := dpo(t, args...).CombinedOutput(); err == nil || !strings.Contains(string(said), want) {
				t.Errorf("dpo %v: %v, %s; want %q", args, err, said, want)
			}
		}
	}
	if err := os.WriteFile(weights, content, 0o600); err != nil {
		t.Fatal(err)
	}
	fail("run/model.safetensors is damaged")
	if err := os.Remove(weights); err != nil {
		t.Fatal(err)
	}
	fail("all weights were trained in run, and its model.safetensors is missing; resume the run")
	output(t, "train", "--full", "--max-steps", "1", "--model", model, "--data", data, "--out", "run", "--resume")
	output(t, "eval", "--adapter", "run", "--data", data)
}

// TestFullFromFile: settings of adapters in a file that lists all settings have no effect, which is said.
func TestFullFromFile(t *testing.T) {
	cachetest.Own(t)
	model, data := tinymodel.WriteBytes(t, 1), pairsFile(t)
	t.Chdir(t.TempDir())
	if err := os.WriteFile("all.yaml", []byte("max_steps: 1\nlora_r: 8\nlora_modules: [q_proj]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := dpo(t, "train", "--full", "--config", "all.yaml", "--model", model, "--data", data, "--out", "run").CombinedOutput()
	if err != nil || !strings.Contains(string(said), "note: all.yaml, line 2: lora_r has no effect: it is a setting of an adapter, and --full trains none") {
		t.Errorf("%v: %s", err, said)
	}
	if err := os.WriteFile("start.yaml", []byte("init_adapter: sft\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	said, err = dpo(t, "train", "--full", "--config", "start.yaml", "--model", model, "--data", data, "--out", "other").CombinedOutput()
	if exitStatus(t, err) != 2 || !strings.HasPrefix(string(said), "dpo: start.yaml, line 1: init_adapter is the start of an adapter, and --full trains none") {
		t.Errorf("%v: %s", err, said)
	}
}
