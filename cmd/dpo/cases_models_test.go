package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// An adapter is used with the model that it was trained on, which is the default, and with no other one.
func TestAdapterOnAnotherBase(t *testing.T) {
	s := newSituation(t, "08-adapter-on-another-base")
	s.expect(0, "train --model ../_models/tiny-a --data pairs.jsonl --out out/a"+twoSteps)
	const (
		onB     = " --model ../_models/tiny-b --adapter out/a"
		refused = "the adapter out/a was trained on ../_models/tiny-a, and ../_models/tiny-b has other weights"
	)
	for _, command := range []string{
		"generate --prompt Hi --max-new-tokens 4", "chat", "eval --data pairs.jsonl", "merge --out out/m",
		"compare --prompt Hi --max-new-tokens 4", "data rank ranks.jsonl --prompt Hi --max-new-tokens 4",
	} {
		s.expect(1, command+onB, refused)
	}
	s.expect(1, "train --model ../_models/tiny-b --init-adapter out/a --data pairs.jsonl --out out/b"+twoSteps, refused)
	s.expect(0, "eval --data pairs.jsonl --any-base"+onB, "note: The adapter out/a was trained on ../_models/tiny-a", "the report is not saved in out/a")
	s.expect(0, "generate --adapter out/a --prompt Hi --max-new-tokens 4")
	s.expect(0, "merge --adapter out/a --out out/m")
	s.expect(1, "merge --model out/m --adapter out/a --out out/twice --any-base", "out/m already contains the adapter out/a")
	s.expect(1, "generate --adapter out/m --prompt Hi", "out/m is a merged model, not an adapter; name it as the model (--model)")
}

// A merge replaces neither its model nor the merge of another adapter; that of the same folder it does replace.
func TestMergeTargets(t *testing.T) {
	s := newSituation(t, "08-adapter-on-another-base")
	train := "train --model ../_models/tiny-a --data pairs.jsonl --out out/"
	s.expect(0, train+"a --merged out/m"+twoSteps)
	s.expect(0, train+"b --seed 9"+twoSteps)
	s.expect(1, "merge --adapter out/b --out out/m", "out/m holds the merge of another adapter", filepath.Join("out", "a"), "choose another folder")
	s.expect(0, "train --model out/m --data pairs.jsonl --out out/c"+twoSteps)
	s.expect(1, "merge --adapter out/c --out out/m", "out/m would be replaced, and the merge reads")
	s.expect(0, train+"a --merged out/m --seed 7 --overwrite"+twoSteps, "merged model: out/m (float32")
}

// The formats of GGUF files that llama.cpp's converter writes by default are widened, as quantized ones are.
func TestHalfPrecisionGGUF(t *testing.T) {
	s := newSituation(t, "16-gguf-in-float16")
	s.expect(0, "generate --model ../_models/tiny-f16.gguf --prompt Hi --max-new-tokens 4")
	s.expect(0, "train --model ../_models/tiny-f16.gguf --data pairs.jsonl --out out/a"+twoSteps, "tiny-f16.gguf (computed in float32)")
}

// A pattern in target_modules selects the same projections as a list.
func TestTargetModulesAsPattern(t *testing.T) {
	s := newSituation(t, "23-target-modules-as-a-pattern")
	measured := func(adapter string) string {
		_, stdout, stderr := s.run("eval --model ../_models/tiny-a --adapter ../_models/" + adapter + " --data pairs.jsonl --json")
		if stdout == "" {
			t.Fatal(stderr)
		}
		return strings.ReplaceAll(stdout, adapter, "")
	}
	if pattern, list := measured("adapter-regex"), measured("adapter-plain"); pattern != list {
		t.Errorf("with a pattern:\n%s\nwith a list:\n%s", pattern, list)
	}
}

func TestLFSPointer(t *testing.T) {
	s := newSituation(t, "26-lfs-pointer-in-place-of-weights")
	const pointer = "model.safetensors is a Git LFS pointer in place of the file itself; run git lfs pull"
	s.expect(1, "generate --model ../_models/lfs-clone --prompt Hi --max-new-tokens 2", pointer)
	s.expect(1, "train --model ../_models/lfs-clone --data pairs.jsonl --out out/a"+twoSteps, pointer)
}

// The merged folder stops at the template's end of turn and at the model's end of text, and keeps the settings of sampling.
func TestMergedEndOfTurn(t *testing.T) {
	s := newSituation(t, "21-end-of-turn-is-not-an-end")
	base := filepath.Join(s.dir, "..", "_models", "tiny-base-eos", "generation_config.json")
	if err := os.WriteFile(base, []byte(`{"eos_token_id": 0, "do_sample": true, "temperature": 0.7}`), 0o600); err != nil {
		t.Fatal(err)
	}
	s.expect(0, "train --model ../_models/tiny-base-eos --data pairs.jsonl --out out/a --merged out/m"+twoSteps)
	raw, err := os.ReadFile(filepath.Join(s.dir, "out", "m", "generation_config.json"))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		EOS         []int   `json:"eos_token_id"`
		Temperature float64 `json:"temperature"`
	}
	if err := json.Unmarshal(raw, &got); err != nil || !slices.Equal(got.EOS, []int{0, 2}) || got.Temperature != 0.7 {
		t.Errorf("generation_config.json is %s, %v", raw, err)
	}
}
