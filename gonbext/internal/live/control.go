package live

import (
	"html/template"
	"slices"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/comms"

	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/sweep/sweeprun"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/scripts"
)

// controls are the buttons above a sweep that is being trained. They appear once the page is connected to the cell.
type controls struct {
	id    string
	names []string // of the sweep's runs
	close func()
}

var controlsTemplate = template.Must(template.New("controls").Parse(
	`<div id="{{.ID}}" class="dpo-control mathjax_ignore" style="display:none;margin:4px 0">
<select data-field="run" title="a run of the sweep">{{range .Names}}<option>{{.}}</option>{{end}}</select>
<button type="button" data-order="stop" title="keep its checkpoint and continue with the next run">stop</button>
<button type="button" data-order="resume" title="take a stopped run up again">resume</button>
<input data-field="steps" type="number" min="1" placeholder="steps" style="width:6em"><button type="button" data-order="extend" data-with="steps" title="give the run this many steps in total">extend</button>
<input data-field="change" placeholder="beta=0.3" style="width:12em"><button type="button" data-order="fork" data-with="change" title="add a run that continues from its latest checkpoint with this setting">fork</button>
</div>
<script>(` + "{{.Script}}" + `)({{.ID}}, {{.Address}});</script>`))

func controlsHTML(id string, names []string) template.HTML {
	return output.Render(controlsTemplate, map[string]any{"ID": id, "Names": names, "Address": "/dpo/" + id, "Script": scripts.Control()})
}

// Control shows buttons by which the reader stops, resumes, extends and forks the runs of the sweep while it goes. Without a page that
// can be connected there are none.
func (v *Sweep) Control(points []sweep.Point) {
	if !cell.HasPage() {
		return
	}
	c := &controls{id: "dpo-control-" + gonbui.UniqueId()}
	for _, point := range points {
		c.names = append(c.names, point.Name)
	}
	orders := make(chan string, 16)
	subscription := comms.Subscribe("/dpo/"+c.id, func(_, order string) { orders <- order })
	comms.Start()
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case order := <-orders:
				v.Note(Obey(v.dir, order))
			}
		}
	}()
	c.close = func() {
		comms.Unsubscribe(subscription)
		close(done)
		gonbui.UpdateHTML(c.id, "")
	}
	gonbui.UpdateHTML(c.id, string(controlsHTML(c.id, c.names)))
	v.controls = c
}

// started adds the name of a run that was not there when the buttons were drawn, such as a fork.
func (c *controls) started(name string) {
	if c == nil || slices.Contains(c.names, name) {
		return
	}
	c.names = append(c.names, name)
	gonbui.UpdateHTML(c.id, string(controlsHTML(c.id, c.names)))
}

// Obey gives an order to the sweep in a folder, and returns what happens or why not, as a sentence.
func Obey(dir, order string) string {
	done, err := sweeprun.Control(dir, order)
	if err != nil {
		return output.Sentence(err)
	}
	return done
}
