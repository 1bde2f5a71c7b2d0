package dataset

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/internal/hubtest"
)

// transcripts returns pairs with different prompts in the format of HH-RLHF.
func transcripts(pairs int) []byte {
	var lines strings.Builder
	for i := range pairs {
		fmt.Fprintf(&lines, `{"chosen": "\n\nHuman: Question %d?\n\nAssistant: Yes.", "rejected": "\n\nHuman: Question %d?\n\nAssistant: No."}`+"\n", i, i)
	}
	return []byte(lines.String())
}

func TestLoadSource(t *testing.T) {
	folder := t.TempDir()
	hubtest.Serve(t, nil) // keeps the test off the real hub
	for name, pairs := range map[string]int{"train.jsonl.gz": 40, "test.jsonl.gz": maxSourceHeldOut + 50} {
		path := filepath.Join(folder, "harmless-base", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, transcripts(pairs), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	name := "hh-rlhf:" + folder
	data, err := Load(name, "", 0, 1)
	if err != nil || len(data.Train.Pairs) != 40 || len(data.HeldOut.Pairs) != maxSourceHeldOut {
		t.Fatalf("%v", err)
	}
	if want := "the first 200 of 250 held-out pairs are evaluated"; len(data.HeldOut.Notes) != 1 || data.HeldOut.Notes[0] != want {
		t.Errorf("notes: %q, want %q", data.HeldOut.Notes, want)
	}
	split, err := Load(name, "", 0.25, 1)
	if err != nil || len(split.Train.Pairs) != 30 || len(split.HeldOut.Pairs) != 10 {
		t.Errorf("a quarter held out: %v", err)
	}
	eval, err := Load(Builtin, name, 0, 1)
	if err != nil || len(eval.HeldOut.Pairs) != maxSourceHeldOut {
		t.Errorf("as held-out pairs: %v", err)
	}
	for name, want := range map[string]string{
		"hh-rhlf":       "did you mean hh-rlhf?",
		"hh-rlhf":       "Anthropic/hh-rlhf", // the test hub does not have it
		"some.jsonl":    "there is no such file; check",
		"webgpt:nofile": "openai/webgpt_comparisons",
	} {
		if _, _, err := ReadPairs(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}
