package live

import (
	"fmt"
	"html/template"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/sweep/sweeprun"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/plots"
)

// SweepState is the state of a sweep at a moment.
type SweepState struct {
	pace     sweeprun.Pace
	runs     []plots.Swept // the runs so far, in the order in which they started
	current  int           // index of the current one
	title    string        // of the current run: "Run 2 of 3, beta-0.1"
	begin    train.Begin
	last     metrics.Event
	activity string
	notes    []string
	number   int // of the current run, from 1
	state    state
}

// restore reads what earlier cells recorded of the current run.
func (s *SweepState) restore(dir string) {
	run := &s.runs[s.current]
	run.History, _ = metrics.ReadHistory(filepath.Join(dir, run.Name)) // without it, the curves start at the current step
}

var sweepTemplate = template.Must(template.New("sweep").Parse(`<div class="dpo-live mathjax_ignore" style="max-width:1100px">
{{- with .Device}}<div style="opacity:.75">{{.}}</div>{{end -}}
<div style="background:#d9dde3;height:6px;border-radius:3px;margin:6px 0"><div style="background:#0072b2;height:6px;border-radius:3px;width:{{.Percent}}%"></div></div>
<div style="margin:4px 0"><b>{{.Headline}}</b></div>
{{- with .Activity}}<div style="margin:4px 0;font-style:italic">{{.}} …</div>{{end -}}
{{.Notes -}}
{{- with .Picture}}<img src="{{.}}" alt="accuracy and gap of all runs so far" style="width:100%;aspect-ratio:11/7;background:white">{{end -}}
</div>`))

// HTML renders the sweep with a picture of its curves.
func (s *SweepState) HTML(picture template.URL) template.HTML {
	return output.Render(sweepTemplate, map[string]any{
		"Device": modelAndData(s.begin), "Percent": s.percent(), "Headline": s.headline(), "Activity": s.activity,
		"Notes": output.Notes(s.notes).HTML(), "Picture": picture,
	})
}

// percent is the completed share of all runs.
func (s *SweepState) percent() int {
	if s.state == finished {
		return 100
	}
	done := float64(max(0, s.number-1)) + float64(s.last.Step)/float64(max(1, s.begin.Config.MaxSteps))
	return int(100 * done / float64(max(1, s.pace.Runs)))
}

func (s *SweepState) headline() string {
	switch {
	case s.state == finished:
		return fmt.Sprintf("All %d runs are done", s.pace.Runs)
	case s.title == "":
		return "Preparing"
	case s.last.Step == 0:
		return s.title
	}
	text := fmt.Sprintf("%s: step %d of %d", s.title, s.last.Step, s.begin.Config.MaxSteps)
	if left, ok := s.pace.Left(); ok {
		text += ", about " + output.Duration(left) + " left " + s.pace.Until()
	}
	return text
}
