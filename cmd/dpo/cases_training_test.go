package main

import (
	"bytes"
	"os"
	"path/filepath"
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

func TestEvaluatedOnTrainedPairs(t *testing.T) {
	s := newSituation(t, "19-evaluated-on-trained-pairs")
	s.expect(0, "train --model ../_models/tiny-a --data pairs.jsonl --eval-fraction 0.25 --out out/a"+twoSteps)
	s.expect(0, "eval --model ../_models/tiny-a --adapter out/a --data pairs.jsonl", "6 of these 8 pairs were trained on by out/a", "accuracy on the 2 pairs not trained on")
	s.expect(0, "diagnose out/a", "The last evaluation is not one of held-out pairs: 6 of these 8 pairs were trained on")
	report, err := os.ReadFile(filepath.Join(s.dir, "out/a/evaluation.json"))
	if err != nil || !strings.Contains(string(report), `"pairs_trained_on": 6`) {
		t.Errorf("%s, %v", report, err)
	}
	s.expect(0, "eval --model ../_models/tiny-a --adapter out/a/checkpoint-2 --data pairs.jsonl", "6 of these 8 pairs were trained on")
}

func TestReferenceOfAStartedAdapter(t *testing.T) {
	s := newSituation(t, "09-reference-of-a-started-adapter")
	s.expect(0, "train --model ../_models/tiny-a --data pairs.jsonl --init-adapter ../_models/adapter-plain --out out/a"+twoSteps,
		"step 1/2  loss 0.6931", "accuracy 0.00", "step 2/2  loss 0.69")
}

func TestMoreStepsForAFinishedRun(t *testing.T) {
	s := newSituation(t, "31-more-steps-for-a-finished-run")
	settings := "train --model ../_models/tiny-a --data pairs.jsonl --batch-size 2 --warmup-steps 0 --eval-steps 0 --save-steps 0 --max-steps "
	s.expect(0, settings+"2 --out out/a")
	s.expect(1, settings+"4 --out out/a --resume", "its learning rate was scheduled (linear) for 2 steps", "--init-adapter out/a --max-steps 2 --out out/a-more")
	const constant = " --lr-scheduler constant --out out/"
	s.expect(0, settings+"2"+constant+"b")
	s.expect(1, settings+"4"+constant+"b", "holds a finished run of 2 steps; add --resume")
	s.expect(0, settings+"4"+constant+"b --resume", "resuming after step 2")
	s.expect(1, settings+"3"+constant+"b --resume", "out/b has made 4 steps, more than the 3")
	s.expect(0, settings+"4"+constant+"whole")
	s.sameAdapter("out/b", "out/whole")
}

// sameAdapter checks that two runs ended with the same bytes.
func (s *situation) sameAdapter(a, b string) {
	s.t.Helper()
	var content [2][]byte
	for i, run := range []string{a, b} {
		var err error
		if content[i], err = os.ReadFile(filepath.Join(s.dir, run, "adapter_model.safetensors")); err != nil {
			s.t.Fatal(err)
		}
	}
	if !bytes.Equal(content[0], content[1]) {
		s.t.Errorf("the adapters of %s and %s differ", a, b)
	}
}

func TestLossOfNothing(t *testing.T) {
	s := newSituation(t, "33-a-loss-of-nothing")
	settings := "train --model ../_models/tiny-a --data pairs.jsonl --beta 5 --learning-rate 0.05 --max-steps 30 --batch-size 2 --warmup-steps 0 --lr-scheduler constant --eval-steps 0 --save-steps 0 "
	s.expect(0, settings+"--out out/a", "note: These pairs have little left to teach, and the model is far from its reference")
	s.expect(0, settings+"--loss-type hinge --out out/hinge")
}

// A run resumes after its folder, its model and its data have moved.
func TestRunThatHasMoved(t *testing.T) {
	s := newSituation(t, "35-a-run-that-has-moved")
	const settings = " --max-steps 4 --batch-size 2 --warmup-steps 0 --eval-steps 0 --save-steps 2 --lr-scheduler constant --resume --out "
	s.expect(0, "train --model ../_models/tiny-a --data pairs.jsonl"+strings.Replace(settings, "4", "2", 1)+"out/a")
	for from, to := range map[string]string{"out/a": "moved/run", "../_models/tiny-a": "moved/model"} {
		if err := os.CopyFS(filepath.Join(s.dir, to), os.DirFS(filepath.Join(s.dir, from))); err != nil {
			t.Fatal(err)
		}
	}
	s.expect(0, "train --model moved/model --data same_pairs.jsonl"+settings+"moved/run", "resuming after step 2")
	s.expect(0, "train --model ../_models/tiny-a --data pairs.jsonl"+settings+"out/whole")
	s.sameAdapter("moved/run", "out/whole")
}
