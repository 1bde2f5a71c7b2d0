package views

import (
	"fmt"
	"html/template"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/internal/wording"
)

// Report is the evaluation of a run.
type Report struct{ evaluation.Report }

// fluencyRows is the number of last rows of a report that [Report.Fluency] shows: plain text, and three on answers.
const fluencyRows = 4

func (r Report) table() output.Table {
	t := output.Table{
		Caption: fmt.Sprintf("%s on %s of %s", r.Run, wording.Count(r.Pairs, "pair"), r.Data),
		Columns: []string{"figure", "value", "95 % interval", "in words"},
	}
	for _, row := range r.Rows() {
		t.Add(row.Name, row.Value, row.Interval, row.Description)
	}
	return t
}

func (r Report) content() output.Content {
	verdict := output.Box{Kind: output.Note, Message: r.Summary()}
	if r.Accuracy.Above(0.5) && !r.LengthExplains() {
		verdict.Kind = output.Done
	}
	shown := output.Stack{r.table(), verdict}
	for _, note := range r.Notes() {
		shown = append(shown, output.Box{Kind: output.Note, Message: note})
	}
	return shown
}

// Fluency is the part of the report on plain text and sampled answers.
func (r Report) Fluency() output.Content { return r.last(fluencyRows, "What else "+r.Run+" changed") }

// WinRateBy is the row with the win rate that a judge gave.
func (r Report) WinRateBy(judge string) output.Content {
	return r.last(1, "The answers of "+r.Run+", judged by "+judge)
}

// last is the table's last n rows.
func (r Report) last(n int, caption string) output.Content {
	t := r.table()
	t.Caption, t.Rows = caption, t.Rows[len(t.Rows)-n:]
	return t
}

// HTML renders the table and the verdict.
func (r Report) HTML() template.HTML { return r.content().HTML() }

// Text renders the table and the verdict.
func (r Report) Text() string { return r.content().Text() }
