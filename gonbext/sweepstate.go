package gonbext

import (
	"fmt"
	"html/template"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/sweep/sweeprun"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/plots"
)

// sweepState is what is known of a sweep at a moment.
type sweepState struct {
	pace   sweeprun.Pace
	runs   []plots.Swept // those whose turn has come, the last one under way
	turn   string        // "Run 2 of 3, beta-0.1"
	begin  train.Begin
	last   metrics.Event
	doing  string
	notes  []string
	turns  int
	ending ending
}

// recall takes in what the run under way has recorded.
func (s *sweepState) recall(dir string) {
	run := &s.runs[len(s.runs)-1]
	run.History, _ = metrics.ReadHistory(filepath.Join(dir, run.Name)) // without it, its curves begin here
}

var sweepTemplate = template.Must(template.New("sweep").Parse(`<div class="dpo-live mathjax_ignore" style="max-width:1100px">
{{- with .Device}}<div style="opacity:.75">{{.}}</div>{{end -}}
<div style="background:#d9dde3;height:6px;border-radius:3px;margin:6px 0"><div style="background:#0072b2;height:6px;border-radius:3px;width:{{.Percent}}%"></div></div>
<div style="margin:4px 0"><b>{{.Headline}}</b></div>
{{- with .Doing}}<div style="margin:4px 0;font-style:italic">{{.}} …</div>{{end -}}
{{range .Notes}}{{.}}{{end -}}
{{- with .Picture}}<img src="{{.}}" alt="accuracy and gap of all runs so far" style="width:100%;aspect-ratio:11/7;background:white">{{end -}}
</div>`))

func (s *sweepState) html(picture template.URL) template.HTML {
	var notes []template.HTML
	for _, note := range s.notes {
		notes = append(notes, box{noteBox, note}.HTML())
	}
	device := ""
	if s.begin.Backend != "" {
		device = fmt.Sprintf("%s on %s; %d pairs to learn from, %d held out", s.begin.Model, s.begin.Backend, s.begin.Pairs, s.begin.HeldOut)
	}
	return render(sweepTemplate, map[string]any{
		"Device": device, "Percent": s.percent(), "Headline": s.headline(), "Doing": s.doing, "Notes": notes, "Picture": picture,
	})
}

// percent is the share of all runs that is done.
func (s *sweepState) percent() int {
	if s.ending == endedWell {
		return 100
	}
	done := float64(max(0, s.turns-1)) + float64(s.last.Step)/float64(max(1, s.begin.Config.MaxSteps))
	return int(100 * done / float64(max(1, s.pace.Runs)))
}

func (s *sweepState) headline() string {
	switch {
	case s.ending == endedWell:
		return fmt.Sprintf("All %d runs have had their turn", s.pace.Runs)
	case s.turn == "":
		return "Getting ready"
	case s.last.Step == 0:
		return s.turn
	}
	text := fmt.Sprintf("%s: step %d of %d", s.turn, s.last.Step, s.begin.Config.MaxSteps)
	if left, ok := s.pace.Left(); ok {
		text += ", about " + duration(left) + " left of all"
	}
	return text
}
