// Package scripts embeds the JavaScript of a cell's HTML.
package scripts

import (
	_ "embed"
	"html/template"
	"strings"
)

//go:embed inspect.js
var inspect string

//go:embed ranking.js
var ranking string

//go:embed losscurve.js
var lossCurve string

// LossCurve is a function expression of (element, values): sliders for beta and the gains of both answers, which move the point and
// compute the lines again.
func LossCurve() template.JS { return template.JS(strings.TrimSpace(lossCurve)) }

//go:embed control.js
var control string

// Control is a function expression of (id, address): buttons that give orders to a sweep.
func Control() template.JS { return template.JS(strings.TrimSpace(control)) }

// Inspect is a function expression of (element, data): buttons for the pairs and a slider for the checkpoints. It
// replaces the static pairs in the element.
func Inspect() template.JS { return template.JS(inspect) }

// Ranking is a function expression of (id, call, address): buttons that rank the answers.
func Ranking() template.JS { return template.JS(strings.TrimSpace(ranking)) }
