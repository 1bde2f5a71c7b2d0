package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

func (s *situation) sameTokens(one, other string) {
	s.t.Helper()
	if a, b := s.expect(0, "tokens --data "+one), s.expect(0, "tokens --data "+other); a != b {
		s.t.Errorf("%s and %s have different tokens:\n%s\n%s", one, other, a, b)
	}
}

func TestSystemColumnIsTheFirstTurn(t *testing.T) {
	s := newSituation(t, "02-system-column")
	s.sameTokens("exact.jsonl", "as_turns.jsonl")
	s.sameTokens("orca_shape.jsonl", "as_turns.jsonl")
	s.expect(3, "data lint exact.jsonl --no-tokens", "system is the system turn")
	s.expect(0, "train --model ../_models/tiny-a --data exact.jsonl --out out/a"+twoSteps, "system is the system turn")
}

func TestToolsAreRefused(t *testing.T) {
	s := newSituation(t, "03-tools-and-tool-calls")
	s.expect(3, "data lint tools_column.jsonl --no-tokens", `tools_column.jsonl, line 1: field "tools" has a value`)
	s.expect(3, "data lint calls_dropped.jsonl --no-tokens", `calls_dropped.jsonl, line 1: field "prompt[1].tool_calls" has a value`)
	s.expect(3, "data lint openai_shape.jsonl --no-tokens", `line 1: field "tools" has a value`)
	s.expect(3, "train --data tools_column.jsonl --out out/a"+twoSteps, `field "tools" has a value`)
	s.expect(0, "data convert tools_column.jsonl --out converted.jsonl --drop tools", "kept 2 pairs")
	s.expect(0, "tokens --data converted.jsonl")
	s.expect(2, "data convert tools_column.jsonl --out converted.jsonl --drop tools", "write converted.jsonl: it exists and is not overwritten")
}

func TestPromptIsReadOnce(t *testing.T) {
	s := newSituation(t, "04-prompt-stands-twice")
	s.sameTokens("list_list.jsonl", "clean.jsonl")
	s.expect(3, "data lint list_list.jsonl --no-tokens", "In 4 pairs the answers begin with turns of the prompt, which are read once")
	s.expect(3, "data lint text_text.jsonl --no-tokens", "In 4 of 4 pairs both answers begin with the prompt")
	s.expect(0, "train --model ../_models/tiny-a --data text_text.jsonl --out out/a"+twoSteps, "In 4 of 4 pairs both answers begin with the prompt")
	s.expect(0, "data convert text_text.jsonl --out converted.jsonl --cut-prompt", "cut off the answers of 4 pairs")
	s.sameTokens("converted.jsonl", "clean.jsonl")
}

func TestPrintedListsAreNoTexts(t *testing.T) {
	s := newSituation(t, "07-lists-as-python-prints-them")
	for _, name := range []string{"repr.jsonl", "repr_with_prompt.jsonl"} {
		s.expect(3, "data lint "+name+" --no-tokens", name+`, line 1: field "chosen" holds a list as Python prints it`)
	}
	s.expect(3, "data lint repr.csv --no-tokens", `line 2: column "chosen" holds a list as Python prints it`)
	if shown := s.expect(0, "data show prompt_json_string.jsonl -n 1", "system: Be brief."); strings.Contains(shown, `"role"`) {
		t.Errorf("the turns are shown as text:\n%s", shown)
	}
}

func TestOtherToolsFormats(t *testing.T) {
	s := newSituation(t, "17-openai-preference-format")
	s.sameTokens("pairs.jsonl", "as_turns.jsonl")
	s = newSituation(t, "18-alpaca-instruction-and-input")
	s.expect(3, "data lint pairs.json --no-tokens", "instruction + input is the prompt")
	if shown := s.expect(0, "data show pairs.json -n 1"); !strings.Contains(shown, "Translate into French.\nGood morning") {
		t.Errorf("instruction and input are not both shown:\n%s", shown)
	}
}

func TestScoresAgainstLabels(t *testing.T) {
	newSituation(t, "27-scores-that-contradict-the-labels").expect(3, "data lint pairs.jsonl --no-tokens",
		"do not put the chosen one first in 5 of 8 pairs (3 ties, 2 the other way round)", "pairs.jsonl, line 2: chosen 4, rejected 4")
}

func TestFolderOfSaveToDisk(t *testing.T) {
	s := newSituation(t, "25-folder-of-save-to-disk")
	s.expect(3, "data lint saved --no-tokens", "saved: this is a folder of datasets' save_to_disk", "ds.to_parquet(")
	s.expect(3, "data lint saved/data-00000-of-00001.arrow --no-tokens", "this is an Arrow stream", "ds.to_parquet(")
}

func TestNaNBesideTheAnswers(t *testing.T) {
	newSituation(t, "30-nan-beside-the-answers").expect(3, "data lint pairs.jsonl --no-tokens", "pairs.jsonl, line 2: ", "NaN and Infinity are not JSON", "allow_nan=False")
}

func TestByteOrderMarks(t *testing.T) {
	s := newSituation(t, "34-byte-order-marks")
	if marked, plain := s.expect(0, "tokens --data bom_crlf.jsonl"), s.expect(0, "tokens --data plain.jsonl"); marked != plain {
		t.Errorf("%s\ndiffers from\n%s", marked, plain)
	}
	s.expect(3, "data lint joined.jsonl --no-tokens", "joined.jsonl, line 3: ", "byte order mark")
}

// A pipe is read once, from its beginning.
func TestPairsFromAPipe(t *testing.T) {
	command := dpo(t, "data", "lint", "/dev/stdin", "--no-tokens")
	content, err := os.ReadFile(pairsFile(t))
	if err != nil {
		t.Fatal(err)
	}
	command.Stdin = bytes.NewReader(content)
	if out, _ := command.Output(); !strings.HasPrefix(string(out), "/dev/stdin: 3 pairs") {
		t.Errorf("not the pairs of the pipe: %s", out)
	}
}
