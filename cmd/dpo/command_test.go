package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// pairsFile writes four short pairs, the third of which has equal answers.
func pairsFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pairs.jsonl")
	content := `{"prompt": "Name a colour.", "chosen": "Blue.", "rejected": "No."}
{"prompt": "Say hello.", "chosen": "Hello, nice to meet you!", "rejected": "Why?"}
{"prompt": "Same?", "chosen": "Yes.", "rejected": "Yes."}
{"prompt": "Count to three.", "chosen": "One, two, three.", "rejected": "I can't."}
`
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func output(t *testing.T, args ...string) string {
	t.Helper()
	out, err := dpo(t, args...).Output()
	if err != nil {
		t.Fatalf("dpo %v: %v", args, err)
	}
	return string(out)
}

// TestWorkflow runs all commands on a tiny model.
func TestWorkflow(t *testing.T) {
	cachetest.Own(t)
	model, data := tinymodel.WriteChat(t, 1), pairsFile(t)
	work := t.TempDir()
	run, merged := filepath.Join(work, "run"), filepath.Join(work, "merged")

	trained, err := dpo(t, "train", "--model", model, "--data", data, "--eval-data", data, "--out", run, "--merged", merged,
		"--max-steps", "2", "--batch-size", "2", "--eval-steps", "1", "--adapter-bin").CombinedOutput()
	if err != nil {
		t.Fatalf("train: %v: %s", err, trained)
	}
	if !strings.Contains(string(trained), "kept 3 pairs, left out 1: 1 equal answers") {
		t.Errorf("train does not report the skipped pair: %s", trained)
	}
	for _, name := range []string{"run/adapter_config.json", "run/adapter_model.safetensors", "run/adapter_model.bin", "run/tokenizer.json",
		"run/run.json", "run/metrics.jsonl", "run/trainer_state.json", "run/checkpoint-2/optimizer.safetensors", "run/plots/overview.png",
		"run/plots/loss.svg", "merged/config.json", "merged/model.safetensors", "merged/generation_config.json"} {
		if _, err := os.Stat(filepath.Join(work, filepath.FromSlash(name))); err != nil {
			t.Error(err)
		}
	}

	perPair := filepath.Join(work, "pairs.jsonl")
	score := output(t, "eval", "--model", model, "--adapter", run, "--data", data, "--per-pair", perPair)
	if !strings.HasPrefix(score, "3 pairs of ") || !strings.Contains(score, "95 %") {
		t.Errorf("eval prints %s", score)
	}
	checkLines(t, perPair, "line", "logps_chosen", "logps_rejected", "ref_logps_chosen", "ref_logps_rejected", "margin")
	checkEvaluation(t, model, data, run)

	tokens := filepath.Join(work, "tokens.jsonl")
	if err := os.WriteFile(tokens, []byte(output(t, "tokens", "--model", model, "--data", data)), 0o600); err != nil {
		t.Fatal(err)
	}
	checkLines(t, tokens, "line", "prompt_ids", "chosen_ids", "rejected_ids")

	answer := func(args ...string) string {
		return output(t, append([]string{"generate", "--prompt", "Hi", "--max-new-tokens", "4"}, args...)...)
	}
	if a, b := answer("--model", model, "--adapter", run), answer("--model", merged); a != b {
		t.Errorf("the adapter answers %q, the merged model %q", a, b)
	}
	if several := answer("--model", model, "--n", "3", "--temperature", "1"); strings.Count(several, "---\n") != 2 {
		t.Errorf("three answers: %q", several)
	}
	output(t, "plot", run, "--out", filepath.Join(work, "plots"))
}

// checkEvaluation evaluates a run with all options and against a second run, and diagnoses it.
func checkEvaluation(t *testing.T, model, data, run string) {
	t.Helper()
	full := output(t, "eval", "--model", model, "--adapter", run, "--data", data, "--against", run+"/checkpoint-2",
		"--plain-text", "builtin", "--answers", "2", "--max-new-tokens", "3")
	for _, want := range []string{"length-controlled", "KL", "plain text", "answers that end", "rank exactly the same pairs correctly"} {
		if !strings.Contains(full, want) {
			t.Errorf("eval does not print %q: %s", want, full)
		}
	}
	report, ok, err := evaluation.ReadReport(run)
	if err != nil || !ok || report.Pairs != 3 || report.PlainText == nil || report.Answers.MaxNewTokens != 3 {
		t.Errorf("the run's report: %+v, %v", report, err)
	}
	if _, err := os.Stat(filepath.Join(run, "plots", "calibration.png")); err != nil {
		t.Error(err)
	}
	if alone := output(t, "eval", "--model", model, "--data", data); !strings.Contains(alone, "every gap is 0") {
		t.Errorf("the model alone: %s", alone)
	}
	if found := output(t, "diagnose", run); !strings.Contains(found, "– The run is too short to show a trend. It has 2 steps.") {
		t.Errorf("diagnose prints %s", found)
	}
	var sections []struct {
		Findings []struct{ Rule, Mark, Cause string }
	}
	if err := json.Unmarshal([]byte(output(t, "diagnose", run, "--json")), &sections); err != nil || len(sections) == 0 || sections[0].Findings[0].Rule != "too short" {
		t.Errorf("diagnose --json: %+v, %v", sections, err)
	}
}

// checkLines checks that the lines are the three usable pairs, on lines 0, 1 and 3, with all fields.
func checkLines(t *testing.T, path string, fields ...string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	for i, line := range lines {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Fatal(err)
		}
		for _, field := range fields {
			if _, ok := object[field]; !ok {
				t.Errorf("%s, line %d has no %s", path, i+1, field)
			}
		}
		if want := []float64{0, 1, 3}[min(i, 2)]; object["line"] != want {
			t.Errorf("%s, line %d is of line %v, want %g", path, i+1, object["line"], want)
		}
	}
	if len(lines) != 3 {
		t.Errorf("%s has %d lines, want 3", path, len(lines))
	}
}

// TestMistakes: each mistake gives one sentence with the problem and the fix, and nothing is written.
func TestMistakes(t *testing.T) {
	work := t.TempDir()
	broken := filepath.Join(work, "broken.jsonl")
	if err := os.WriteFile(broken, []byte("{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"c\"}\n{\"prompt\": \"a\", \"chosen\": 3, \"rejected\": \"c\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(work, "out")
	for _, c := range []struct {
		args string
		says []string
	}{
		{"train --out OUT --beta 0", []string{"beta is 0", "above 0"}},
		{"train --out OUT --lora-r 0", []string{"rank is 0"}},
		{"train --out OUT --batch-size 0", []string{"batch size is 0"}},
		{"train --out OUT --max-length 4", []string{"length is 4"}},
		{"train --out OUT --data missing.jsonl", []string{"missing.jsonl"}},
		{"train --out OUT --data BROKEN", []string{"broken.jsonl", "line 2", "chosen"}},
		{"train --out OUT --model nowhere", []string{"nowhere"}},
		{"train --out OUT --eval-fraction 2", []string{"fraction is 2"}},
		{"train --out OUT --bata 0.1", []string{"--bata"}},
		{"eval --adapter nowhere", []string{"nowhere"}},
		{"generate", []string{"--prompt"}},
		{"generate --prompt hi --temperature -1", []string{"temperature is -1"}},
		{"merge --adapter nowhere", []string{"nowhere"}},
		{"plot nowhere", []string{"nowhere"}},
		{"help nonsense", []string{`unknown command "dpo nonsense"`}},
		{"rounds", []string{"needs --judge JUDGE"}},
		{"control stop", []string{"write `dpo control stop RUN`"}},
	} {
		args := strings.Fields(strings.NewReplacer("OUT", out, "BROKEN", broken).Replace(c.args))
		text, err := dpo(t, args...).CombinedOutput()
		if err == nil {
			t.Errorf("dpo %s succeeds", c.args)
		}
		for _, want := range c.says {
			if !strings.Contains(string(text), want) {
				t.Errorf("dpo %s prints %q, without %q", c.args, text, want)
			}
		}
		if strings.Contains(string(text), "goroutine") || strings.Count(strings.TrimSpace(string(text)), "\n") > 0 {
			t.Errorf("dpo %s prints more than one sentence: %s", c.args, text)
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a mistake created a run folder")
	}
}
