package views

import (
	"html/template"

	"github.com/janpfeifer/gonb/gonbui"

	"example.com/gonb-dpo/dpocore/report/tokenview"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/scripts"
)

// Inspector shows pairs token by token: the notable ones without scripts, all of them with buttons.
type Inspector struct{ tokenview.View }

var inspectTemplate = template.Must(template.New("inspector").Parse(`<div id="{{.ID}}" class="dpo-inspector mathjax_ignore" style="background-color:#ffffff;color:#1b1b1b;padding:10px 12px;border:1px solid #cccccc">
{{.Static}}</div>
<script>{{.Script}}(document.getElementById({{.ID}}), {{.Data}});</script>`))

// HTML renders the highlights, and a script that replaces them with all pairs.
func (v Inspector) HTML() template.HTML {
	static, err := v.Static()
	if err != nil {
		panic(err) // the template is constant
	}
	return output.Render(inspectTemplate, map[string]any{"ID": "dpo-inspect-" + gonbui.UniqueId(), "Static": static, "Data": v.View, "Script": scripts.Inspect()})
}
