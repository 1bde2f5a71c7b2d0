package frontier_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/frontier"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

type listener struct {
	trained  []string
	answered int
	steps    int
}

func (l *listener) Note(string) {}
func (l *listener) Progress(what string, done, _ int) {
	if done == 0 && strings.HasPrefix(what, "answers of") {
		l.answered++
	}
}
func (l *listener) Training(_ int, summary string) train.Listener {
	l.trained = append(l.trained, summary)
	return counting{train.Listener(&runtest.Recorder{}), l}
}

type counting struct {
	train.Listener
	l *listener
}

func (c counting) Begin(b train.Begin) { c.l.steps += b.Config.MaxSteps - b.Step }

func TestFrontier(t *testing.T) {
	cachetest.Own(t)
	m := runtest.Model(t)
	c := frontier.DefaultConfig()
	settings, data := runtest.Short(t)
	c.Train = settings
	c.Train.MaxSteps, c.Train.EvalSteps, c.Train.WarmupSteps, c.Train.LearningRate = 2, 0, 0, 0.02
	c.Prompts, c.Samples, c.MaxTokens = 3, 2, 6
	c.Methods = []frontier.Method{{Loss: "sigmoid", Beta: 0.1}, {Loss: "sft"}}
	dir, l := filepath.Join(t.TempDir(), "frontier"), &listener{}
	record, err := frontier.Run(t.Context(), m, dir, c, data, judge.Words(5), l)
	if err != nil {
		t.Fatal(err)
	}
	if l.steps != 4 || l.answered != 3 || len(record.Points) != 2 {
		t.Fatalf("%d steps, answers of %d models, %d points", l.steps, l.answered, len(record.Points))
	}
	for _, p := range record.Points {
		if !(p.KL.Value > 1e-4) || !(p.KL.Value < 1e3) || math.Abs(p.Change.Value-(p.Score.Value-record.Base.Score.Value)) > 1e-9 {
			t.Errorf("%s: %+v", p.Name(), p)
		}
	}
	checkScores(t, dir, record)
	if rows := record.Table(); rows[0][0] != "the model alone" || rows[1][0] != "DPO, beta 0.1" || rows[2][0] != "SFT on the chosen answers" || rows[1][4] == "" {
		t.Errorf("table %q", rows)
	}

	base := filepath.Join(dir, "answers-base.json") // whose scores follow from its texts, whatever it says
	if err := os.WriteFile(base, []byte(strings.ReplaceAll(runtest.Read(t, base), `"score": -`, `"score": 9`)), 0o644); err != nil {
		t.Fatal(err)
	}
	again := &listener{}
	c.Methods = append(c.Methods, frontier.Method{Loss: "ipo", Beta: 0.1})
	more, err := frontier.Run(t.Context(), m, dir, c, data, judge.Words(5), again)
	if err != nil || again.steps != 2 || again.answered != 1 || !reflect.DeepEqual(more.Points[:2], record.Points) || more.Base != record.Base {
		t.Errorf("with a method more: %v, %d steps, answers of %d models", err, again.steps, again.answered)
	}
	_, err = frontier.Run(t.Context(), m, dir, c, data, judge.Words(6), &listener{})
	if err == nil || !strings.Contains(err.Error(), "its judge is words:5, this one's is words:6") {
		t.Errorf("another judge: %v", err)
	}
	if read, exists, err := frontier.Read(dir); err != nil || !exists || len(read.Points) != 3 {
		t.Errorf("after the refusal: %v, %d points", err, len(read.Points))
	}
}

// checkScores computes the mean score of the model's saved answers from their texts.
func checkScores(t *testing.T, dir string, record frontier.Record) {
	t.Helper()
	var saved struct {
		Answers [][]struct {
			evaluation.Answer
			Score float64
		}
	}
	raw, err := os.ReadFile(filepath.Join(dir, "answers-sigmoid-0.1.json"))
	if err == nil {
		err = json.Unmarshal(raw, &saved)
	}
	if err != nil || len(saved.Answers) != 3 {
		t.Fatalf("%d prompts answered, %v", len(saved.Answers), err)
	}
	sum, count := 0., 0.
	for _, list := range saved.Answers {
		for _, a := range list {
			words := float64(len(strings.Fields(a.Text)))
			sum, count = sum-math.Abs(words-5), count+1
			if a.Score != -math.Abs(words-5) {
				t.Errorf("%q has the score %g", a.Text, a.Score)
			}
		}
	}
	if got := record.Points[0].Score.Value; math.Abs(got-sum/count) > 1e-12 {
		t.Errorf("the mean score is %g, want %g", got, sum/count)
	}
}

func TestFrontierMistakes(t *testing.T) {
	_, data := runtest.Short(t)
	for want, change := range map[string]func(c *frontier.Config){
		"there is no method to compare":            func(c *frontier.Config) { c.Methods = nil },
		"the method sft is given twice":            func(c *frontier.Config) { c.Methods = []frontier.Method{{Loss: "sft"}, {Loss: "sft"}} },
		"ipo:-1: beta is -1":                       func(c *frontier.Config) { c.Methods = []frontier.Method{{Loss: "ipo", Beta: -1}} },
		"answers per prompt is 3; it must be even": func(c *frontier.Config) { c.Samples = 3 },
		"the number of prompts is 1":               func(c *frontier.Config) { c.Prompts = 1 },
	} {
		c := frontier.DefaultConfig()
		change(&c)
		if _, err := frontier.Run(t.Context(), nil, t.TempDir(), c, data, judge.Words(5), &listener{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	for text, want := range map[string]string{"sft:1": "fine-tuning has no beta", "sigmoid": "give each loss its betas", "ipo:a": "give each loss its betas"} {
		if _, err := frontier.ParseMethods(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	const text = "sigmoid:0.05,0.1 sft ipo:0.1 sigmoid:1"
	if methods, err := frontier.ParseMethods(text); err != nil || frontier.Describe(methods) != text {
		t.Errorf("%v, %v", methods, err)
	}
}
