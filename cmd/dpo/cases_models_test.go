package main

import (
	"path/filepath"
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
	s.expect(1, "merge --adapter out/c --out out/m", "out/m is the model itself")
	s.expect(0, train+"a --merged out/m --seed 7 --overwrite"+twoSteps, "merged model: out/m (float32")
}
