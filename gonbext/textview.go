package gonbext

import (
	"fmt"
	"io"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/train"
)

// textView tells a run in lines, where there is no notebook.
type textView struct {
	out   io.Writer
	state progress
}

func (v *textView) line(format string, args ...any) { fmt.Fprintf(v.out, format+"\n", args...) }

func (v *textView) Phase(text string) { v.line("%s …", text) }

func (v *textView) Note(text string) { v.line("%s", box{noteBox, text}.Text()) }

func (v *textView) Begin(b train.Begin) {
	v.state.begun(b)
	v.line("%s", v.state.device())
	for _, note := range v.state.notes {
		v.Note(note)
	}
	v.Phase(v.state.doing)
}

func (v *textView) Step(e metrics.Event) {
	v.state.step(e)
	line := v.state.headline()
	for _, fact := range v.state.facts() {
		line += ", " + fact
	}
	v.line("%s", line)
}

func (v *textView) Evaluating(done, total int) { v.state.evaluating(done, total) }

func (v *textView) Evaluated(e metrics.Evaluation) {
	v.state.evaluated(e)
	v.line("%s", v.state.heldOut())
}

func (v *textView) Sampled(step int, answers []train.Answer) {
	v.state.sampled(step, answers)
	v.line("%s", answersTable(step, answers).Text())
}

func (v *textView) Saved(int, string) { v.state.saved() }

func (v *textView) Finished(f train.Finish) {
	v.state.finished(f)
	v.line("%s", v.state.headline())
}

func (v *textView) Close(error) {}
