package tokenview

import (
	"bytes"
	"fmt"
	"html/template"
	"math"
)

var page = template.Must(template.New("tokens").Parse(`<div style="margin-bottom:8px"><b>{{.Run}}, token by token.</b>
Right: tokens that are <span style="background-color:#8cbfdc;color:#1b1b1b">&nbsp;more likely&nbsp;</span> <span style="background-color:#eba878;color:#1b1b1b">&nbsp;less likely&nbsp;</span> than before training; a stronger colour is a larger change.
Left: <span style="background-color:#c4c4c4;color:#1b1b1b">&nbsp;dark&nbsp;</span> tokens surprise the model before training. Hover over a token for its numbers.</div>
<div class="dpo-static">{{range .Pairs}}<div style="margin:14px 0;border-top:1px solid #dddddd;padding-top:8px">
<div style="color:#777777">{{.Where}}</div><div style="white-space:pre-wrap;margin:4px 0"><b>{{.Prompt}}</b></div>
<table style="table-layout:fixed;width:100%;text-align:left;color:#1b1b1b"><thead><tr style="background-color:#ffffff"><th style="text-align:left;width:6em"></th><th style="text-align:left">before training</th><th style="text-align:left">after training</th></tr></thead><tbody>
{{- range .Answers}}<tr style="background-color:#ffffff"><td style="vertical-align:top;text-align:left">{{.Name}}</td>
{{- range .Sides}}<td style="vertical-align:top;text-align:left;white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.7">{{range .Tokens}}<span title="{{.Title}}" style="background-color:{{.Back}}">{{.Text}}</span>{{end}}<br><b>{{.Sum}}</b>{{with .Most}}<br>{{.}}{{end}}</td>{{end}}</tr>{{end -}}
</tbody></table><div>{{.Margin}}</div></div>{{end}}</div>`))

// The template's data for a pair.
type (
	shownPair struct {
		Where, Prompt, Margin string
		Answers               []shownAnswer
	}
	shownAnswer struct {
		Name  string
		Sides []shownSide
	}
	shownSide struct {
		Tokens []shownToken
		Sum    string
		Most   string // the tokens that changed most, for a page without colours
	}
	shownToken struct {
		Text, Title string
		Back        template.CSS
	}
)

// Static renders the highlights, without scripts.
func (v View) Static() (template.HTML, error) {
	var pairs []shownPair
	for _, p := range v.Highlights() {
		pairs = append(pairs, v.shown(p))
	}
	var filled bytes.Buffer
	err := page.Execute(&filled, map[string]any{"Run": v.Run, "Pairs": pairs})
	return template.HTML(filled.String()), err
}

func (v View) shown(p Pair) shownPair {
	verdict := "ranked correctly"
	if p.margin() <= 0 {
		verdict = "ranked incorrectly"
	}
	out := shownPair{
		Where: p.Where, Prompt: p.Prompt,
		Margin: fmt.Sprintf("margin %+.2f nats, times beta %g is %+.3f: %s", p.margin(), v.Beta, v.Beta*p.margin(), verdict),
	}
	scale := p.scale()
	for side, name := range []string{"chosen", "rejected"} {
		a := p.Answers[side]
		before := shownSide{Sum: fmt.Sprintf("log π_ref = %.2f", sum(a.Before))}
		after := shownSide{Sum: fmt.Sprintf("log π = %.2f, gain %+.2f", sum(a.last()), a.gain()), Most: "changed most: " + a.mostChanged()}
		for i, text := range a.Tokens {
			reference, policy := float64(a.Before[i]), float64(a.last()[i])
			title := fmt.Sprintf("log π_ref %.3f, log π %.3f, log-ratio %+.3f", reference, policy, policy-reference)
			before.Tokens = append(before.Tokens, shownToken{visible(text), title, grey(reference)})
			after.Tokens = append(after.Tokens, shownToken{visible(text), title, blueOrange((policy - reference) / scale)})
		}
		out.Answers = append(out.Answers, shownAnswer{name, []shownSide{before, after}})
	}
	return out
}

// scale is the log-ratio with the strongest colour: the pair's maximum, but at least 0.5 nats so that noise stays pale.
func (p Pair) scale() float64 {
	largest := 0.5
	for _, a := range p.Answers {
		for i, after := range a.last() {
			largest = max(largest, math.Abs(float64(after-a.Before[i])))
		}
	}
	return largest
}

// visible marks line breaks, and tokens that are only a part of a character.
func visible(text string) string {
	switch text {
	case "":
		return "▯"
	case "\n":
		return "⏎\n"
	default:
		return text
	}
}

// darkest is the negative log-probability of the darkest grey, in nats.
const darkest = 8

// grey is white for a certain token, and darker for a more surprising one.
func grey(logProb float64) template.CSS {
	part := min(1, -logProb/darkest)
	return colour([3]float64{0xa0, 0xa0, 0xa0}, part)
}

// blueOrange is blue above 0 and orange below, strongest at 1 and -1. Readers with any common kind of colour blindness can
// tell the two apart.
func blueOrange(part float64) template.CSS {
	if part < 0 {
		return colour([3]float64{0xe0, 0x80, 0x40}, min(1, -part))
	}
	return colour([3]float64{0x50, 0xa0, 0xd0}, min(1, part))
}

// colour mixes white with a part of a colour, from 0 to 1.
func colour(of [3]float64, part float64) template.CSS {
	var c [3]int
	for i := range c {
		c[i] = int(math.Round(255 + part*(of[i]-255)))
	}
	return template.CSS(fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]))
}
