package views

import (
	"encoding/base64"
	"fmt"
	"html/template"
	"math"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"

	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/scripts"
)

// LossCurve is the loss of one pair over its margin, for a beta and the gains of both answers: how much more likely the policy
// finds each than the reference does, log π − log π_ref, in nats. In a notebook sliders change the three.
type LossCurve struct{ Beta, Chosen, Rejected float64 }

// margins is the half width of the curve's axis.
const margins = 4.0

// pairLoss is −ln σ(margin), without overflow.
func pairLoss(margin float64) float64 {
	return math.Log1p(math.Exp(-math.Abs(margin))) + max(0, -margin)
}

func (v LossCurve) margin() float64 { return v.Beta * (v.Chosen - v.Rejected) }

// weight is σ(−margin), the factor of the gradient (Rafailov et al. 2023, section 4): 1/2 before training, 0 for a pair that is learned.
func (v LossCurve) weight() float64 { return 1 / (1 + math.Exp(v.margin())) }

// lines are the steps from the gains to the gradient in words, each with the name by which the script finds it.
func (v LossCurve) lines() [][2]string {
	signed := func(x float64) string { return strings.Replace(fmt.Sprintf("%.2f", x), "-", "−", 1) }
	verdict := "the pair is ranked correctly"
	switch m := v.margin(); {
	case m == 0:
		verdict = "the two rewards are equal"
	case m < 0:
		verdict = "the pair is ranked incorrectly"
	}
	return [][2]string{
		{"margin", fmt.Sprintf("margin = beta · (gain of chosen − gain of rejected) = %s: %s", signed(v.margin()), verdict)},
		{"loss", fmt.Sprintf("loss = −ln σ(margin) = %.3f", pairLoss(v.margin()))},
		{"weight", fmt.Sprintf("weight of this pair's gradient = σ(−margin) = %.3f", v.weight())},
		{"push", fmt.Sprintf("a step raises log π(chosen) and lowers log π(rejected), each with a force of beta · weight = %.4f", v.Beta*v.weight())},
	}
}

// Text is the steps as lines.
func (v LossCurve) Text() string {
	var text strings.Builder
	for _, line := range v.lines() {
		text.WriteString(line[1] + "\n")
	}
	return text.String()
}

var lossCurveTemplate = template.Must(template.New("loss curve").Parse(`<div id="{{.ID}}" class="dpo-losscurve mathjax_ignore" style="background-color:#ffffff;color:#1b1b1b;padding:10px 12px;border:1px solid #cccccc;max-width:760px">
<div class="dpo-sliders"></div>
<img src="{{.Picture}}" alt="The loss falls from {{.Highest}} at a margin of −4 to {{.Lowest}} at 4; a point marks this pair." style="width:100%;max-width:620px">
{{range .Lines}}<div data-dpo="{{index . 0}}">{{index . 1}}</div>
{{end}}</div>
<script>{{.Script}}(document.getElementById({{.ID}}), {{.Start}});</script>`))

var lossDrawing = template.Must(template.New("drawing").Parse(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 195" font-family="sans-serif">
<line x1="40" y1="160" x2="470" y2="160" stroke="#767676"/><line x1="255" y1="10" x2="255" y2="160" stroke="#cccccc"/>
<text x="255" y="188" text-anchor="middle" font-size="12" fill="#1b1b1b">margin: beta × (gain of chosen − gain of rejected)</text>
{{range .Ticks}}<text x="{{.X}}" y="172" text-anchor="middle" font-size="10" fill="#1b1b1b">{{.Text}}</text>{{end}}
<text x="14" y="85" font-size="12" fill="#1b1b1b" transform="rotate(-90 14 85)" text-anchor="middle">loss</text>
<polyline points="{{.Curve}}" fill="none" stroke="#0072b2" stroke-width="2"/>
<circle data-dpo="point" cx="{{.X}}" cy="{{.Y}}" r="6" fill="#d55e00"/>
</svg>`))

// HTML shows the curve with the pair's point, and a script adds the sliders. The curve is an image: a page that drops drawings, as
// GitHub does of a saved notebook, would leave their words.
func (v LossCurve) HTML() template.HTML {
	picture := base64.StdEncoding.EncodeToString([]byte(v.drawing()))
	return output.Render(lossCurveTemplate, map[string]any{
		"ID": "dpo-losscurve-" + gonbui.UniqueId(), "Picture": template.URL("data:image/svg+xml;base64," + picture), "Lines": v.lines(),
		"Highest": fmt.Sprintf("%.2f", pairLoss(-margins)), "Lowest": fmt.Sprintf("%.2f", pairLoss(margins)),
		"Script": scripts.LossCurve(), "Start": v,
	})
}

// drawing is the curve with the pair's point, as SVG.
func (v LossCurve) drawing() template.HTML {
	type tick struct {
		X    int
		Text string
	}
	var curve []string
	var ticks []tick
	for m := -margins; m <= margins; m += 0.25 {
		x, y := place(m)
		curve = append(curve, fmt.Sprintf("%.1f,%.1f", x, y))
		if m == math.Trunc(m) {
			ticks = append(ticks, tick{int(x), strings.Replace(fmt.Sprint(m), "-", "−", 1)})
		}
	}
	x, y := place(v.margin())
	return output.Render(lossDrawing, map[string]any{
		"Curve": strings.Join(curve, " "), "Ticks": ticks, "X": fmt.Sprintf("%.1f", x), "Y": fmt.Sprintf("%.1f", y),
	})
}

// place is where a margin is in the drawing; one beyond the axis is at its end.
func place(margin float64) (x, y float64) {
	margin = min(max(margin, -margins), margins)
	return 255 + margin*215/margins, 160 - pairLoss(margin)*150/pairLoss(-margins)
}
