package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestLettersOfAControlToken(t *testing.T) {
	s := newSituation(t, "14-letters-of-a-control-token")
	tokens := s.expect(3, "tokens --model ../_models/tiny-spm --data pairs.jsonl", "pairs.jsonl, line 4: chosen answer: the text spells a control token")
	if n := strings.Count(tokens, `"line":`); n != 3 {
		t.Errorf("%d lines of tokens, want 3", n)
	}
	s.expect(0, "train --model ../_models/tiny-spm --data pairs.jsonl --out out/a"+twoSteps, "left out 1 pair with the spelling of a control token", "line 4", "3 for training")
}

func TestEndOfTurnIsNotAnEnd(t *testing.T) {
	s := newSituation(t, "21-end-of-turn-is-not-an-end")
	said := s.expect(0, "train --model ../_models/tiny-base-eos --data pairs.jsonl --out out/a"+twoSteps, "stops only at <|endoftext|>", "eos_token_id")
	if strings.Index(said, "stops only at") > strings.Index(said, "step 1/2") {
		t.Error("said after the first step")
	}
}

func TestDatedTemplate(t *testing.T) {
	s := newSituation(t, "05-dated-template")
	run := "train --model ../_models/tiny-second --data pairs.jsonl --out out/a" + twoSteps
	s.expect(0, run, "The chat template writes the date into each prompt: 20")
	time.Sleep(time.Second) // the template writes the second
	s.expect(0, run, "out/a is already finished")
	s.expect(0, "replay out/a", "out/a-replay agrees with out/a byte for byte")
	s.expect(1, run+" --date 2020-01-31", "its date is 20", "this run's is 2020-01-31T00:00:00")
	var record struct{ Config struct{ Date string } }
	raw, err := os.ReadFile(filepath.Join(s.dir, "out/a/run.json"))
	if err != nil || json.Unmarshal(raw, &record) != nil {
		t.Fatalf("run.json: %v, %s", err, raw)
	}
	s.expect(0, "generate --adapter out/a --prompt Hi --max-new-tokens 1", "note: the chat template writes the date, here "+record.Config.Date)
	first, second := s.expect(0, "tokens --model ../_models/tiny-date --data pairs.jsonl --date 2020-01-31"), s.expect(0, "tokens --model ../_models/tiny-date --data pairs.jsonl --date 2020-02-01", "here 2020-02-01; --date sets another")
	if first == second {
		t.Error("--date changes no token")
	}
	s.expect(0, "tokens --model ../_models/tiny-a --data pairs.jsonl --date 2020-01-31", "writes no date, so --date has no effect")
	s.expect(2, "tokens --model ../_models/tiny-date --data pairs.jsonl --date 31.1.2020", "write it as 2026-11-29")
}

// A method on an expression in parentheses, and the usual way to write the same, give the same tokens. Both leave out thoughts, which
// is said.
func TestMethodOnParentheses(t *testing.T) {
	s := newSituation(t, "01-template-method-on-parentheses")
	tokens := s.expect(0, "tokens --model ../_models/tiny-paren --data pairs.jsonl")
	if n := strings.Count(tokens, `"line":`); n != 2 {
		t.Errorf("%d lines of tokens, want 2", n)
	}
	if other := s.expect(0, "tokens --model ../_models/tiny-think --data pairs.jsonl"); tokens != other {
		t.Errorf("other tokens than with [-1]:\n%s\n%s", tokens, other)
	}
	const left = "in 1 pair the chat template leaves out a part of an answer, which the model does not learn; of the first: pairs.jsonl, line 2, \"<think>"
	said := s.expect(0, "train --model ../_models/tiny-paren --data pairs.jsonl --out out/a"+twoSteps, left)
	if strings.Index(said, left) > strings.Index(said, "step 1/2") {
		t.Error("said after the first step")
	}
	s.expect(3, "data lint --model ../_models/tiny-paren pairs.jsonl", "text that the template leaves out", "In 1 of 2 pairs")
}
