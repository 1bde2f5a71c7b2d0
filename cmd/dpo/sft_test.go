package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// TestFineTuneThenPrefer: from a model to a merged folder with both stages in three commands; the first one's run can be replayed,
// diagnosed and drawn.
func TestFineTuneThenPrefer(t *testing.T) {
	cachetest.Own(t)
	model, data := tinymodel.WriteChat(t, 1), pairsFile(t)
	work := t.TempDir()
	at := func(name string) string { return filepath.Join(work, name) }
	small := []string{"--model", model, "--max-steps", "2", "--batch-size", "2", "--lora-r", "4"}
	tuned, err := dpo(t, append([]string{"sft", "--chosen", "--data", data, "--eval-data", data, "--out", at("sft")}, small...)...).CombinedOutput()
	if err != nil || !strings.Contains(string(tuned), "answers  3 for training, 3 held out") || !strings.Contains(string(tuned), "token accuracy") || strings.Contains(string(tuned), "margin") {
		t.Fatalf("sft: %v: %s", err, tuned)
	}
	for _, name := range []string{"adapter_model.safetensors", "plots/overview.png", "plots/token_accuracy.svg"} {
		if _, err := os.Stat(filepath.Join(at("sft"), filepath.FromSlash(name))); err != nil {
			t.Error(err)
		}
	}
	if found := output(t, "diagnose", at("sft")); !strings.Contains(found, "too short to show a trend") || strings.Contains(found, "chosen") {
		t.Errorf("diagnose prints %s", found)
	}
	if found := output(t, "replay", at("sft"), "--model", model); !strings.Contains(found, "byte for byte") {
		t.Errorf("replay prints %s", found)
	}
	output(t, append([]string{"train", "--data", data, "--init-adapter", at("sft"), "--out", at("both")}, small[:6]...)...)
	output(t, "merge", "--model", model, "--adapter", at("both"), "--out", at("merged"))
	if _, err := os.Stat(at("merged/model.safetensors")); err != nil {
		t.Error(err)
	}
}

// TestBaseModelToChat: a model without a chat template gets one in the first stage, and the second follows it. Of both forms, the result
// ends at the template's end of turn in other programs.
func TestBaseModelToChat(t *testing.T) {
	cachetest.Own(t)
	model, data := tinymodel.WriteBytes(t, 1), pairsFile(t)
	t.Chdir(t.TempDir())
	const path = "template.jinja"
	template := "{% for m in messages %}{{ m.role }}: {{ m.content }}<|endoftext|>{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}"
	if err := errors.Join(os.WriteFile(path, []byte(template), 0o600), withoutTemplate(model)); err != nil {
		t.Fatal(err)
	}
	first := []string{"sft", "--chosen", "--model", model, "--chat-template", path, "--data", data, "--max-steps", "1"}
	output(t, slices.Concat(first, []string{"--out", "sft"})...)
	said, err := dpo(t, "train", "--data", data, "--init-adapter", "sft", "--out", "run", "--max-steps", "1").CombinedOutput()
	if err != nil || !strings.Contains(string(said), "note: Prompts are written as in the run of the adapter sft") {
		t.Errorf("the second stage: %v, %s", err, said)
	}
	output(t, "merge", "--adapter", "run", "--out", "merged")
	output(t, slices.Concat(first, []string{"--full", "--learning-rate", "1e-6", "--out", "full"})...)
	output(t, "train", "--data", data, "--model", "full", "--out", "next", "--max-steps", "1")
	var ends []string
	for _, dir := range []string{"merged", "full"} {
		raw, err := os.ReadFile(filepath.Join(dir, "generation_config.json"))
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, string(raw))
	}
	var generation struct {
		EOS []int `json:"eos_token_id"`
	}
	if err := json.Unmarshal([]byte(ends[0]), &generation); err != nil || ends[0] != ends[1] || !slices.Equal(generation.EOS, []int{2, 0}) {
		t.Errorf("generation_config.json is %s of the merged model, %s of the one that was trained whole", ends[0], ends[1])
	}
}

// withoutTemplate removes the chat template of a model.
func withoutTemplate(model string) error {
	path := filepath.Join(model, "tokenizer_config.json")
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var settings map[string]any
	if err := json.Unmarshal(raw, &settings); err != nil {
		return err
	}
	delete(settings, "chat_template")
	raw, err = json.Marshal(settings)
	return errors.Join(err, os.WriteFile(path, raw, 0o600))
}

// TestFineTuneMistakes: pairs without --chosen, and a preference run on the loss of single answers.
func TestFineTuneMistakes(t *testing.T) {
	p := newPlace(t)
	for _, c := range []badInput{
		{"sft --data PAIRS --out OUT --model MODEL", 3, "PAIRS, line 1: these are preference pairs; to fine-tune on their chosen answers: dpo sft --chosen --data PAIRS"},
		{"sft --data builtin --out OUT --model MODEL", 3, `"builtin" has preference pairs; to fine-tune on their chosen answers: dpo sft --chosen --data builtin`},
		{"train --data PAIRS --out OUT --model MODEL --loss-type sft", 2,
			`the loss type "sft" alone is fine-tuning on single answers, and --data has pairs; use their chosen answers (dpo sft --chosen), or add another loss, as in "sigmoid,sft"`},
	} {
		p.fails(c)
	}
}
