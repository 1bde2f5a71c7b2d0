package gonbext

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"
)

// ranking shows the answers to rank. Its buttons only write the line to run next, in the page itself: they need no
// connection to the kernel, which not every notebook has, and nothing waits for them.
type ranking struct {
	ID, Prompt, File string
	Answers          []string
}

func newRanking(d drawing, file string) ranking {
	return ranking{ID: "dpo-rank-" + gonbui.UniqueId(), Prompt: d.Prompt, File: fmt.Sprintf("%q", file), Answers: d.Answers}
}

var rankingTemplate = template.Must(template.New("ranking").Funcs(template.FuncMap{"next": func(i int) int { return i + 1 }}).Parse(
	`<div id="{{.ID}}" class="mathjax_ignore"><div style="margin:4px 0"><b>{{.Prompt}}</b></div>
<table style="text-align:left"><thead><tr><th>#</th><th style="text-align:left">answer</th><th></th></tr></thead><tbody>
{{- range $i, $answer := .Answers}}<tr><td style="vertical-align:top"><b>{{next $i}}</b></td><td style="text-align:left;vertical-align:top;white-space:pre-wrap;max-width:50em">{{$answer}}</td><td style="vertical-align:top"><button type="button" data-answer="{{next $i}}" style="display:none;white-space:nowrap"></button></td></tr>{{end -}}
</tbody></table>
<div class="dpo-how">Rank them in the next cell, the best first: <code class="dpo-line">gonbext.Ranked({{.File}}, {{range $i, $_ := .Answers}}{{if $i}}, {{end}}{{next $i}}{{end}})</code></div></div>
<script>(function () {
  var root = document.getElementById({{.ID}}), order = [], names = ["best", "2nd", "3rd", "4th", "5th", "6th"];
  if (!root) return;
  var buttons = root.querySelectorAll("button"), line = root.querySelector(".dpo-line");
  function draw() {
    buttons.forEach(function (b) {
      var at = order.indexOf(b.dataset.answer);
      b.style.display = "inline-block";
      b.textContent = at >= 0 ? names[at] : "choose as " + names[order.length];
      b.disabled = at >= 0 && at !== order.length - 1;
    });
    if (order.length) line.textContent = "gonbext.Ranked(" + {{.File}} + ", " + order.join(", ") + (order.length < buttons.length ? ", …" : "") + ")";
  }
  buttons.forEach(function (b) {
    b.addEventListener("click", function () {
      var at = order.indexOf(b.dataset.answer);
      if (at >= 0) order.pop(); else order.push(b.dataset.answer);
      draw();
    });
  });
  draw();
})();</script>`))

func (r ranking) HTML() template.HTML { return render(rankingTemplate, r) }

func (r ranking) Text() string {
	var b strings.Builder
	fmt.Fprintln(&b, r.Prompt)
	for i, answer := range r.Answers {
		fmt.Fprintf(&b, "\n%d: %s\n", i+1, answer)
	}
	fmt.Fprintf(&b, "\nRank them, the best first: gonbext.Ranked(%s, ...)\n", r.File)
	return b.String()
}
