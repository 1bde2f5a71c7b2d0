package main

import (
	"strings"
	"testing"
)

func TestSequencesLongerThanThePositions(t *testing.T) {
	s := newSituation(t, "11-longer-than-the-model-s-positions")
	const cut = "the model has 64 positions, fewer than the maximum length of 512, so sequences are cut there; longer than that: 8 pairs"
	s.expect(0, "train --model ../_models/tiny-short --data pairs.jsonl --out out/a"+twoSteps, cut)
	s.expect(0, "eval --model ../_models/tiny-short --data pairs.jsonl", cut)
	s.expect(3, "data lint pairs.jsonl --model ../_models/tiny-short", "The model has 64 positions, fewer than the maximum length of 512")
	s.expect(1, "generate --model ../_models/tiny-short --max-new-tokens 4 --prompt "+strings.Repeat("a", 80), "64 positions")
}

func TestSameTextInOtherCharacters(t *testing.T) {
	s := newSituation(t, "29-same-text-in-other-characters")
	const leftOut = "left out 2 pairs whose two answers are the same tokens to the model, the first: pairs.jsonl, line 1"
	s.expect(3, "data lint pairs.jsonl --model ../_models/tiny-nfc", "answers of the same tokens: 2 of 3", "pairs.jsonl, line 1: both answers", "pairs.jsonl, line 2: both answers")
	s.expect(0, "train --model ../_models/tiny-nfc --data pairs.jsonl --out out/a"+twoSteps, leftOut)
	s.expect(0, "eval --model ../_models/tiny-nfc --data pairs.jsonl", leftOut)
}
