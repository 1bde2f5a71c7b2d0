// Package events writes the events of a run as JSON Lines, for other programs.
package events

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
)

// Events is a listener that writes the events of a run as JSON Lines, each as soon as it happens. The field "event" is its
// kind. New fields may be added, but existing ones keep their names and meaning; ignore fields that you don't know.
//
//	phase       text: the phase that starts
//	note        text: a sentence for the user
//	begin       model, backend, step (last step of the checkpoint, 0 for a new run), pairs, held_out, steps_per_epoch,
//	            rows [{tokens, answers, pairs}], expected, mix (if any), config as in run.json
//	step        a line of metrics.jsonl: step, seconds, epoch, loss, grad_norm, learning_rate, rewards/chosen, …
//	evaluating  done, total: rows of held-out pairs
//	evaluated   a line of eval_metrics.jsonl: step, epoch, eval_loss, eval_rewards/chosen, …
//	sampled     step, answers [{prompt, text}]
//	saved       step, checkpoint: its folder
//	finished    dir, seconds (0 if the run was already finished), taken and expected: actual and expected cost
//	error       text, status: the command's error and exit status
//
// The last event is finished or error, or finished followed by error if something failed after training. Numbers that are
// not finite are null.
type Events struct {
	out    io.Writer
	broken error // first write error; nothing is written after it
}

// New returns a listener that writes to out.
func New(out io.Writer) *Events { return &Events{out: out} }

// End writes the command's error, if any, and returns it. Without an error it returns the first write error.
func (e *Events) End(err error) error {
	if err == nil {
		return e.broken
	}
	e.write("error", struct {
		Text   string `json:"text"`
		Status int    `json:"status"`
	}{exit.Message(err), exit.Status(err)})
	return err
}

// write writes one JSON object: the event's name followed by the fields, which must not be empty.
func (e *Events) write(event string, fields any) {
	if e.broken != nil {
		return
	}
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(fields); err != nil {
		e.broken = fmt.Errorf("write the event %q: %w", event, err)
		return
	}
	// line is {…}\n; replace its opening brace.
	if _, err := fmt.Fprintf(e.out, "{\"event\":%q,%s", event, line.Bytes()[1:]); err != nil {
		e.broken = fmt.Errorf("write the event %q: %w", event, err)
	}
}

func (e *Events) Phase(text string) { e.text("phase", text) }

func (e *Events) Note(text string) { e.text("note", text) }

func (e *Events) text(event, text string) {
	e.write(event, struct {
		Text string `json:"text"`
	}{text})
}

func (e *Events) Begin(b train.Begin) {
	type row struct {
		Tokens  int `json:"tokens"`
		Answers int `json:"answers"`
		Pairs   int `json:"pairs"`
	}
	var rows []row
	for _, shape := range b.Rows {
		rows = append(rows, row(shape))
	}
	e.write("begin", struct {
		Model         string        `json:"model"`
		Backend       string        `json:"backend"`
		Step          int           `json:"step"`
		Pairs         int           `json:"pairs"`
		HeldOut       int           `json:"held_out"`
		StepsPerEpoch int           `json:"steps_per_epoch"`
		Rows          []row         `json:"rows"`
		Expected      string        `json:"expected"`
		Mix           *dataset.Mix  `json:"mix,omitempty"`
		Config        config.Config `json:"config"`
	}{b.Model, b.Backend, b.Step, b.Pairs, b.HeldOut, b.StepsPerEpoch, rows, b.Expected, b.Mix, b.Config})
}

func (e *Events) Step(event metrics.Event) { e.write("step", event) }

func (e *Events) Evaluating(done, total int) {
	e.write("evaluating", struct {
		Done  int `json:"done"`
		Total int `json:"total"`
	}{done, total})
}

func (e *Events) Evaluated(evaluation metrics.Evaluation) { e.write("evaluated", evaluation) }

func (e *Events) Sampled(step int, answers []train.Answer) {
	type sample struct {
		Prompt string `json:"prompt"`
		Text   string `json:"text"`
	}
	list := make([]sample, len(answers))
	for i, answer := range answers {
		list[i] = sample(answer)
	}
	e.write("sampled", struct {
		Step    int      `json:"step"`
		Answers []sample `json:"answers"`
	}{step, list})
}

func (e *Events) Saved(step int, checkpoint string) {
	e.write("saved", struct {
		Step       int    `json:"step"`
		Checkpoint string `json:"checkpoint"`
	}{step, checkpoint})
}

func (e *Events) Finished(f train.Finish) {
	e.write("finished", struct {
		Dir      string  `json:"dir"`
		Seconds  float64 `json:"seconds"`
		Taken    string  `json:"taken,omitempty"`
		Expected string  `json:"expected,omitempty"`
	}{f.Dir, f.Seconds, f.Actual, f.Expected})
}
