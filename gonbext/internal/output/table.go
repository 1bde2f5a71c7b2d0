package output

import (
	"fmt"
	"html/template"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// Table has plain text in its cells.
type Table struct {
	Caption string
	Columns []string
	Rows    [][]string
}

// Add appends a row.
func (t *Table) Add(cells ...string) { t.Rows = append(t.Rows, cells) }

var tableTemplate = template.Must(template.New("table").Funcs(template.FuncMap{"lines": Lines}).Parse(`<div class="mathjax_ignore" style="overflow-x:auto">
{{- with .Caption}}<div style="margin:4px 0"><b>{{.}}</b></div>{{end -}}
<table style="table-layout:auto;text-align:left"><thead><tr>
{{- range .Columns}}<th style="text-align:left;vertical-align:top">{{.}}</th>{{end -}}
</tr></thead><tbody>
{{- range .Rows}}<tr>{{range .}}<td style="text-align:left;vertical-align:top;white-space:pre-wrap;max-width:34em">{{lines .}}</td>{{end}}</tr>{{end -}}
</tbody></table></div>`))

// HTML renders the table.
func (t Table) HTML() template.HTML {
	return Render(tableTemplate, map[string]any{"Caption": t.Caption, "Columns": t.Columns, "Rows": t.Rows})
}

// narrow is the maximum length of a cell, in characters, for text in columns.
const narrow = 44

// Text renders columns, or one line per cell where a cell is long.
func (t Table) Text() string {
	var b strings.Builder
	if t.Caption != "" {
		fmt.Fprintln(&b, t.Caption)
	}
	if t.wide() {
		for _, row := range t.Rows {
			for i, cell := range row {
				fmt.Fprintf(&b, "%s: %s\n", t.Columns[i], cell)
			}
			b.WriteByte('\n')
		}
		return b.String()
	}
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(t.Columns, "\t"))
	for _, row := range t.Rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	w.Flush() // writing to a strings.Builder never fails
	return b.String()
}

func (t Table) wide() bool {
	for _, row := range t.Rows {
		for _, cell := range row {
			if utf8.RuneCountInString(cell) > narrow || strings.Contains(cell, "\n") {
				return true
			}
		}
	}
	return false
}
