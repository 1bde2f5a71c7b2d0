package frontier_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/frontier"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// noting records what a frontier says, and where its runs begin.
type noting struct {
	listener
	said []string
}

func (n *noting) Note(text string) { n.said = append(n.said, text) }
func (n *noting) Training(number int, summary string) train.Listener {
	return notingRun{n.listener.Training(number, summary), n}
}

type notingRun struct {
	train.Listener
	n *noting
}

func (r notingRun) Note(text string)  { r.n.Note(text) }
func (r notingRun) Begin(train.Begin) { r.n.Note("begin") }

func short(t *testing.T) (frontier.Config, dataset.Data) {
	c := frontier.DefaultConfig()
	settings, data := runtest.Short(t)
	c.Train = settings
	c.Train.MaxSteps, c.Train.EvalSteps, c.Train.WarmupSteps, c.Train.LearningRate = 1, 0, 0, 0.02
	c.Samples, c.MaxTokens = 2, 6
	return c, data
}

// A frontier says before its first step what all methods take, and which pairs and prompts it has not. Answers without a score are left
// out of the mean. A folder with another frontier is refused with what differs.
func TestFrontierNotes(t *testing.T) {
	cachetest.Own(t)
	m := runtest.Model(t)
	c, data := short(t)
	c.Methods = []frontier.Method{{Loss: "sigmoid", Beta: 0.1}, {Loss: "ipo", Beta: 0.1}}
	byLength := judge.Func{Label: "length", Score: func(_, answer string) float64 {
		if len(answer)%4 == 1 {
			return math.NaN()
		}
		return float64(len(answer))
	}}
	dir, l := filepath.Join(t.TempDir(), "frontier"), &noting{}
	record, err := frontier.Run(t.Context(), m, dir, c, data, byLength, l)
	if err != nil {
		t.Fatalf("%v; %q", err, l.said)
	}
	begin := slices.Index(l.said, "begin")
	said := strings.Join(l.said[:max(0, begin)], "\n")
	for _, want := range []string{"length prefers neither answer in 3 of the 10 training pairs;", "length prefers neither answer in 3 of the 4 held-out pairs;", " prompts to answer, fewer than 32.", "The frontier has 2 methods to train and to ask 4 prompts each, about ", " GB of memory, judging by the first."} {
		if strings.Count(said, want) != 1 {
			t.Errorf("before the first step it says %q, without %q", said, want)
		}
	}
	if later := l.said[begin+1:]; slices.ContainsFunc(later, func(text string) bool { return text != "begin" && slices.Contains(l.said[:begin], text) }) {
		t.Errorf("notes are repeated: %q", later)
	}
	unscored := record.Base.Unscored
	for _, p := range record.Points {
		unscored += p.Unscored
		if math.IsNaN(p.Score.Value) || math.IsNaN(p.Change.Value) {
			t.Errorf("%s: %+v", p.Name(), p)
		}
	}
	if unscored == 0 || !strings.Contains(record.Summary(), " without a score.") {
		t.Errorf("%d answers without a score: %s", unscored, record.Summary())
	}

	for want, change := range map[string]func(c *frontier.Config, data *dataset.Data){
		"its learning rate is 0.02, this run's is 0.03":                                                          func(c *frontier.Config, _ *dataset.Data) { c.Train.LearningRate = 0.03 },
		"it has 2 answers of at most 6 tokens to each of 32 prompts, this one has 4 answers of at most 6 tokens": func(c *frontier.Config, _ *dataset.Data) { c.Samples = 4 },
		"it has other training pairs": func(_ *frontier.Config, data *dataset.Data) {
			fewer := *data.Train
			fewer.Pairs = fewer.Pairs[:len(fewer.Pairs)-2]
			data.Train = &fewer
		},
		"": func(c *frontier.Config, _ *dataset.Data) { c.Train.SaveSteps = config.Steps(1) },
	} {
		other, otherData := c, data
		change(&other, &otherData)
		_, err := frontier.Run(t.Context(), m, dir, other, otherData, byLength, &noting{})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// A frontier that is stopped while a model answers continues with the next prompt, and ends as one that was not stopped.
func TestFrontierStoppedWhileAnswering(t *testing.T) {
	cachetest.Own(t)
	m := runtest.Model(t)
	c, data := short(t)
	c.Methods = []frontier.Method{{Loss: "sigmoid", Beta: 0.1}}
	whole, err := frontier.Run(t.Context(), m, t.TempDir(), c, data, judge.Words(5), &listener{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, who := range []string{"the model", "sigmoid:0.1"} {
		ctx, cancel := context.WithCancel(t.Context())
		stopping := &answering{at: func(what string, done int) {
			if what == "answers of "+who && done == 2 {
				cancel()
			}
		}}
		if _, err := frontier.Run(ctx, m, dir, c, data, judge.Words(5), stopping); !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped in the answers of %s: %v", who, err)
		}
	}
	first := -1
	record, err := frontier.Run(t.Context(), m, dir, c, data, judge.Words(5), &answering{at: func(what string, done int) {
		if strings.HasPrefix(what, "answers of ") && first < 0 {
			first = done
		}
	}})
	if err != nil || first != 2 || !reflect.DeepEqual(record.Points, whole.Points) || record.Base != whole.Base {
		t.Errorf("%v, the first prompt to be answered is %d; %+v, want %+v", err, first, record.Points, whole.Points)
	}
}

// answering tells of each prompt.
type answering struct {
	listener
	at func(what string, done int)
}

func (a *answering) Progress(what string, done, _ int) { a.at(what, done) }

// One prompt has no interval.
func TestFrontierOfOnePrompt(t *testing.T) {
	c, data := short(t)
	data.HeldOut = &preference.Set{Source: "held.jsonl", Pairs: data.HeldOut.Pairs[:1]}
	_, err := frontier.Run(t.Context(), nil, t.TempDir(), c, data, judge.Words(5), &listener{})
	if err == nil || !strings.Contains(err.Error(), "held.jsonl has one prompt, and intervals need at least 2; hold out more pairs") {
		t.Errorf("one prompt: %v", err)
	}
}
