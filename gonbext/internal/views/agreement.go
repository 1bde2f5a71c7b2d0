package views

import (
	"fmt"
	"html/template"
	"math"
	"slices"

	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/internal/wording"
)

// Agreement is Cohen's kappa of each two raters as a square of colours: the darker, the more they agree.
type Agreement struct {
	Raters []string
	Kappa  [][]float64 // [rater][rater]; NaN on the diagonal, and where notes say why
}

// agreementOf compares each two raters of a log. The notes say which two have no kappa, and why.
func agreementOf(log *ranking.Log) (v Agreement, notes output.Stack) {
	v.Raters = log.Raters()
	for range v.Raters {
		v.Kappa = append(v.Kappa, slices.Repeat([]float64{math.NaN()}, len(v.Raters)))
	}
	var apart, alike []string
	for i, first := range v.Raters {
		for j, second := range v.Raters[:i] {
			agreement, err := log.Agreement(second, first)
			switch {
			case err != nil:
				apart = append(apart, second+" and "+first)
			case math.IsNaN(agreement.Kappa):
				alike = append(alike, second+" and "+first)
			default:
				v.Kappa[i][j], v.Kappa[j][i] = agreement.Kappa, agreement.Kappa
			}
		}
	}
	return v, slices.Concat(undefined(apart, "they have ranked no prompt in common"),
		undefined(alike, "both always say the same, such as that the answer listed first is better, so agreement by chance is 100 % too and kappa is not defined"))
}

// undefined is a note on why pairs of raters have no kappa.
func undefined(pairs []string, why string) output.Stack {
	if len(pairs) == 0 {
		return nil
	}
	return output.Stack{output.Paragraph(fmt.Sprintf("No kappa (–) for %s: %s.", wording.Names(pairs), why))}
}

const agreementCaption = "Cohen's kappa: 1 is full agreement, 0 is chance"

// number is a kappa as it is printed.
func number(kappa float64) string {
	if math.IsNaN(kappa) {
		return "–"
	}
	return fmt.Sprintf("%.2f", kappa)
}

var agreementTemplate = template.Must(template.New("agreement").Parse(`<div class="mathjax_ignore" style="overflow-x:auto">
<div style="margin:4px 0"><b>{{.Caption}}</b></div><table style="table-layout:auto"><tbody><tr><th></th>{{range .Raters}}<th>{{.}}</th>{{end}}</tr>
{{- range .Rows}}<tr><th style="text-align:left">{{.Rater}}</th>
{{- range .Cells}}<td style="text-align:center;min-width:4em;color:#000;background:rgb({{.Red}},{{.Green}},255)">{{.Number}}</td>{{end}}</tr>{{end -}}
</tbody></table></div>`))

// HTML renders the square.
func (v Agreement) HTML() template.HTML {
	type square struct {
		Number     string
		Red, Green int
	}
	type row struct {
		Rater string
		Cells []square
	}
	var rows []row
	for i, rater := range v.Raters {
		r := row{Rater: rater}
		for _, kappa := range v.Kappa[i] {
			strength := min(1, max(0, kappa)) // of the colour
			if math.IsNaN(kappa) {
				strength = 0
			}
			r.Cells = append(r.Cells, square{number(kappa), 255 - int(155*strength), 255 - int(85*strength)})
		}
		rows = append(rows, r)
	}
	return output.Render(agreementTemplate, map[string]any{"Caption": agreementCaption, "Raters": v.Raters, "Rows": rows})
}

// Text is the square as a table.
func (v Agreement) Text() string {
	t := output.Table{Caption: agreementCaption, Columns: append([]string{""}, v.Raters...)}
	for i, rater := range v.Raters {
		cells := []string{rater}
		for _, kappa := range v.Kappa[i] {
			cells = append(cells, number(kappa))
		}
		t.Add(cells...)
	}
	return t.Text()
}
