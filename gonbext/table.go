package gonbext

import (
	"fmt"
	"html/template"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// table is rows of plain text under a heading each.
type table struct {
	caption string
	columns []string
	rows    [][]string
}

var tableTemplate = template.Must(template.New("table").Parse(`<div class="mathjax_ignore" style="overflow-x:auto">
{{- with .Caption}}<div style="margin:4px 0"><b>{{.}}</b></div>{{end -}}
<table style="table-layout:auto;text-align:left"><thead><tr>
{{- range .Columns}}<th style="text-align:left;vertical-align:top">{{.}}</th>{{end -}}
</tr></thead><tbody>
{{- range .Rows}}<tr>{{range .}}<td style="text-align:left;vertical-align:top;white-space:pre-wrap;max-width:34em">{{.}}</td>{{end}}</tr>{{end -}}
</tbody></table></div>`))

func (t table) HTML() template.HTML {
	return render(tableTemplate, map[string]any{"Caption": t.caption, "Columns": t.columns, "Rows": t.rows})
}

// narrow is the longest cell that stands in columns of text; rows with longer ones are written below each other.
const narrow = 44

func (t table) Text() string {
	var b strings.Builder
	if t.caption != "" {
		fmt.Fprintln(&b, t.caption)
	}
	if t.wide() {
		for _, row := range t.rows {
			for i, cell := range row {
				fmt.Fprintf(&b, "%s: %s\n", t.columns[i], cell)
			}
			b.WriteByte('\n')
		}
		return b.String()
	}
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(t.columns, "\t"))
	for _, row := range t.rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	w.Flush() // a strings.Builder takes everything
	return b.String()
}

func (t table) wide() bool {
	for _, row := range t.rows {
		for _, cell := range row {
			if utf8.RuneCountInString(cell) > narrow || strings.Contains(cell, "\n") {
				return true
			}
		}
	}
	return false
}
