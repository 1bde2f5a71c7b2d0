package events

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
)

var _ train.Listener = (*Events)(nil)

// TestEvents fixes every field of every event, since other programs read them.
func TestEvents(t *testing.T) {
	for want, tell := range map[string]func(*Events){
		`{"event":"phase","text":"loading the model"}`: func(e *Events) { e.Phase("loading the model") },
		`{"event":"note","text":"<b> & \"c\""}`:        func(e *Events) { e.Note(`<b> & "c"`) },
		`{"event":"step","step":3,"seconds":1.5,"epoch":0.25,"loss":0.5,"grad_norm":null,"learning_rate":0.001,` +
			`"rewards/chosen":1,"rewards/rejected":-1,"rewards/accuracies":0.75,"rewards/margins":2,` +
			`"logps/chosen":-10,"logps/rejected":-20,"logits/chosen":3,"logits/rejected":4,"num_tokens":500}`: func(e *Events) {
			e.Step(metrics.Event{Step: 3, Seconds: 1.5, Epoch: 0.25, GradNorm: math.Inf(1), LearningRate: 1e-3, LogitsChosen: 3, LogitsRejected: 4, NumTokens: 500,
				PairMeans: metrics.PairMeans{
					Loss: 0.5, RewardsChosen: 1, RewardsRejected: -1, RewardsAccuracies: 0.75, RewardsMargins: 2, LogpsChosen: -10, LogpsRejected: -20,
				},
			})
		},
		`{"event":"evaluating","done":1,"total":5}`: func(e *Events) { e.Evaluating(1, 5) },
		`{"event":"evaluated","step":3,"epoch":0.25,"eval_loss":0.5,"eval_rewards/chosen":1,"eval_rewards/rejected":-1,` +
			`"eval_rewards/accuracies":0.75,"eval_rewards/margins":2,"eval_logps/chosen":-10,"eval_logps/rejected":-20,"eval_runtime":9}`: func(e *Events) {
			e.Evaluated(metrics.Evaluation{Step: 3, Epoch: 0.25, Runtime: 9,
				PairMeans: metrics.PairMeans{
					Loss: 0.5, RewardsChosen: 1, RewardsRejected: -1, RewardsAccuracies: 0.75, RewardsMargins: 2, LogpsChosen: -10, LogpsRejected: -20,
				},
			})
		},
		`{"event":"sampled","step":3,"answers":[{"prompt":"Hi","text":"Hello.\n"}]}`: func(e *Events) {
			e.Sampled(3, []train.Answer{{Prompt: "Hi", Text: "Hello.\n"}})
		},
		`{"event":"sampled","step":3,"answers":[]}`:                    func(e *Events) { e.Sampled(3, nil) },
		`{"event":"saved","step":10,"checkpoint":"run/checkpoint-10"}`: func(e *Events) { e.Saved(10, "run/checkpoint-10") },
		`{"event":"finished","dir":"run","seconds":12.5,"taken":"a","expected":"b"}`: func(e *Events) {
			e.Finished(train.Finish{Dir: "run", Seconds: 12.5, Actual: "a", Expected: "b"})
		},
		`{"event":"error","text":"pairs.jsonl: no","status":3}`: func(e *Events) { e.End(exit.BadData(errors.New("pairs.jsonl: no"))) },
		`{"event":"error","text":"stopped","status":130}`:       func(e *Events) { e.End(fmt.Errorf("read: %w", context.Canceled)) },
	} {
		var out strings.Builder
		tell(New(&out))
		if out.String() != want+"\n" {
			t.Errorf("the line is\n%swant\n%s", out.String(), want)
		}
	}
}

func TestBeginEvent(t *testing.T) {
	var out strings.Builder
	settings := config.Default()
	New(&out).Begin(train.Begin{Config: settings, Model: "tiny", Backend: "XLA on the CPU", Step: 4, Pairs: 100, HeldOut: 20,
		StepsPerEpoch: 12, Rows: []batch.Shape{{Tokens: 512, Answers: 256, Pairs: 2}}, Expected: "3 minutes"})
	const head = `{"event":"begin","model":"tiny","backend":"XLA on the CPU","step":4,"pairs":100,"held_out":20,"steps_per_epoch":12,` +
		`"rows":[{"tokens":512,"answers":256,"pairs":2}],"expected":"3 minutes","config":{`
	if !strings.HasPrefix(out.String(), head) || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("the line is\n%swant it to begin with\n%s", out.String(), head)
	}
	var read struct{ Config config.Config }
	if err := json.Unmarshal([]byte(out.String()), &read); err != nil || read.Config.Beta != settings.Beta || read.Config.LoRARank != settings.LoRARank {
		t.Errorf("the configuration reads back as %+v, %v", read.Config, err)
	}
}

// TestEventsEnd: a run without an error ends without an error event.
func TestEventsEnd(t *testing.T) {
	var out strings.Builder
	if err := New(&out).End(nil); err != nil || out.Len() > 0 {
		t.Errorf("the end writes %q, %v", out.String(), err)
	}
	cause := errors.New("no")
	if err := New(&out).End(cause); err != cause {
		t.Errorf("the end returns %v", err)
	}
}

// full is a writer that fails after some lines, like a full disk.
type full struct{ lines int }

func (f *full) Write(p []byte) (int, error) {
	if f.lines--; f.lines < 0 {
		return 0, errors.New("no space left")
	}
	return len(p), nil
}

// TestEventsThatCannotBeWritten: a write error does not stop the run, but is reported at its end.
func TestEventsThatCannotBeWritten(t *testing.T) {
	e := New(&full{lines: 1})
	e.Phase("one")
	e.Saved(1, "two")
	e.Phase("three")
	if err := e.End(nil); err == nil || !strings.Contains(err.Error(), `"saved": no space left`) {
		t.Errorf("the end returns %v", err)
	}
}
