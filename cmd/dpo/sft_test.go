package main

import (
	"os"
	"path/filepath"
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
