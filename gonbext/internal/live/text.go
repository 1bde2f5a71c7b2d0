package live

import (
	"fmt"
	"io"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/gonbext/internal/output"
)

// textView prints a run line by line, outside a notebook.
type textView struct {
	out      io.Writer
	progress Progress
}

func (v *textView) line(format string, args ...any) { fmt.Fprintf(v.out, format+"\n", args...) }

func (v *textView) Phase(text string) { v.line("%s …", text) }

func (v *textView) Note(text string) {
	v.line("%s", output.Box{Kind: output.Note, Message: text}.Text())
}

func (v *textView) Begin(b train.Begin) {
	v.progress.started(b)
	v.line("%s", v.progress.device())
	for _, note := range v.progress.notes {
		v.Note(note)
	}
	v.Phase(v.progress.activity)
}

func (v *textView) Step(e metrics.Event) {
	v.progress.step(e)
	line := v.progress.headline()
	for _, metric := range v.progress.lastMetrics() {
		line += ", " + metric
	}
	v.line("%s", line)
}

func (v *textView) Evaluating(done, total int) { v.progress.evaluating(done, total) }

func (v *textView) Evaluated(e metrics.Evaluation) {
	v.progress.evaluated(e)
	v.line("%s", v.progress.lastEvaluation())
}

func (v *textView) Sampled(step int, answers []train.Answer) {
	v.progress.sampled(step, answers)
	v.line("%s", answersTable(step, answers).Text())
}

func (v *textView) Saved(int, string) { v.progress.saved() }

func (v *textView) Finished(f train.Finish) {
	v.progress.finish(f)
	v.line("%s", v.progress.headline())
}

func (v *textView) Close(error) {}
