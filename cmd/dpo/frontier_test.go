package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const shortFrontier = "frontier --model MODEL --data PAIRS --eval-data PAIRS --max-steps 1 --batch-size 2 --learning-rate 1e-2 --answered-prompts 2 --max-new-tokens 3 --out OUT "

// TestFrontierCommand compares a method with another loss; the same command again trains nothing and says the same.
func TestFrontierCommand(t *testing.T) {
	p := newPlace(t)
	args := shortFrontier + "--answers 2 --judge plain --methods sigmoid:0.1"
	out, err := p.run(args).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{"Method 1 of 1: sigmoid:0.1.", "KL (nats per answer)", "the model alone", "DPO, beta 0.1", "each method was trained once"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("lacks %q in\n%s", want, out)
		}
	}
	table, err := os.ReadFile(filepath.Join(p.path("OUT"), "frontier.txt"))
	if err != nil || !strings.HasSuffix(string(out), string(table)) {
		t.Errorf("frontier.txt has %q, %v", table, err)
	}
	for _, name := range []string{"frontier.json", "plots/score_frontier.png", "pairs.jsonl", "held_out.jsonl", "answers-base.json", "sigmoid-0.1/run.json"} {
		if _, err := os.Stat(filepath.Join(p.path("OUT"), name)); err != nil {
			t.Error(err)
		}
	}
	again, err := p.run(args).CombinedOutput()
	if err != nil || strings.Contains(string(again), "step 1/1") || !strings.HasSuffix(string(again), string(table)) {
		t.Errorf("again: %v: %s", err, again)
	}
}

func TestBadFrontier(t *testing.T) {
	p := newPlace(t)
	for _, c := range []badInput{
		{shortFrontier + "--judge model:MODEL", 2, `the judge is "model:MODEL"; a frontier needs one whose scores are exact: words:N, plain or lexicon:WORD,WORD…`},
		{shortFrontier + "--methods sigmoid", 2, `"sigmoid": give each loss its betas, as in sigmoid:0.05,0.1`},
		{shortFrontier + "--methods sft:1", 2, `"sft:1": fine-tuning has no beta; write sft`},
		{shortFrontier + "--answers 3", 2, "the number of answers per prompt is 3; it must be even, since they are measured in twos"},
		{shortFrontier + "--judge lexicon:zebra", 1, "frontier: lexicon:zebra scores both answers of every pair of PAIRS alike; choose another judge or other pairs"},
	} {
		p.fails(c)
	}
}
