package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
)

// events is a listener that writes what happens in a run as JSON Lines: an object a line, written at once, whose "event"
// says what it is of. Fields are added over time but keep their names and meaning; read those that you know.
//
//	phase       text: what begins now
//	note        text: a sentence that the user should read
//	begin       model, backend, step (made before), pairs, held_out, steps_per_epoch, row {tokens, answers, pairs},
//	            config as in run.json
//	step        a line of metrics.jsonl: step, seconds, epoch, loss, grad_norm, learning_rate, rewards/chosen, …
//	evaluating  done, total: rows of held-out pairs
//	evaluated   step, epoch, eval_loss, eval_rewards/chosen, …, as metrics.jsonl has them
//	sampled     step, answers [{prompt, text}]
//	saved       step, checkpoint: its folder
//	finished    dir, seconds (0 where the run was finished before)
//	error       text, status: the sentence and the exit status that the command ends with
//
// The last line is finished or error, or finished and then error where something after the training failed. A figure
// that is not finite is null.
type events struct {
	out    io.Writer
	broken error // why a line could not be written; nothing is written after it
}

// newEvents writes a run's events to a writer.
func newEvents(out io.Writer) *events { return &events{out: out} }

// end writes the error that a command ends with, if there is one, and returns it; without one, why events are missing.
func (e *events) end(err error) error {
	if err == nil {
		return e.broken
	}
	e.write("error", struct {
		Text   string `json:"text"`
		Status int    `json:"status"`
	}{sentence(err), status(err)})
	return err
}

// write puts the event's name before the fields, which make one JSON object.
func (e *events) write(event string, fields any) {
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
	// line is {"…} and a line end; all events have fields.
	if _, err := fmt.Fprintf(e.out, "{\"event\":%q,%s", event, line.Bytes()[1:]); err != nil {
		e.broken = fmt.Errorf("write the event %q: %w", event, err)
	}
}

func (e *events) Phase(text string) { e.text("phase", text) }

func (e *events) Note(text string) { e.text("note", text) }

func (e *events) text(event, text string) {
	e.write(event, struct {
		Text string `json:"text"`
	}{text})
}

func (e *events) Begin(b train.Begin) {
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

func (e *events) Step(event metrics.Event) { e.write("step", event) }

func (e *events) Evaluating(done, total int) {
	e.write("evaluating", struct {
		Done  int `json:"done"`
		Total int `json:"total"`
	}{done, total})
}

func (e *events) Evaluated(evaluation metrics.Evaluation) { e.write("evaluated", evaluation) }

func (e *events) Sampled(step int, answers []train.Answer) {
	type said struct {
		Prompt string `json:"prompt"`
		Text   string `json:"text"`
	}
	list := make([]said, len(answers))
	for i, answer := range answers {
		list[i] = said(answer)
	}
	e.write("sampled", struct {
		Step    int    `json:"step"`
		Answers []said `json:"answers"`
	}{step, list})
}

func (e *events) Saved(step int, checkpoint string) {
	e.write("saved", struct {
		Step       int    `json:"step"`
		Checkpoint string `json:"checkpoint"`
	}{step, checkpoint})
}

func (e *events) Finished(f train.Finish) {
	e.write("finished", struct {
		Dir      string  `json:"dir"`
		Seconds  float64 `json:"seconds"`
		Taken    string  `json:"taken,omitempty"`
		Expected string  `json:"expected,omitempty"`
	}{f.Dir, f.Seconds, f.Actual, f.Expected})
}
