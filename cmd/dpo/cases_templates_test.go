package main

import (
	"strings"
	"testing"
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
