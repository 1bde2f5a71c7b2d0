package views

import (
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/ranking"
)

func TestBallotEscapes(t *testing.T) {
	d := ranking.Candidates{Prompt: "</script><b>", Answers: []ranking.Answer{{Text: "<i>"}, {Text: "$1"}}}
	html := string(NewBallot(d, "", `odd "name".jsonl`).HTML())
	if strings.Contains(html, "<i>") || strings.Count(html, "</script>") != 1 || strings.Contains(html, "<b></b>") {
		t.Errorf("markup got through: %s", html)
	}
	if !strings.Contains(html, `gonbext.Ranked(&#34;odd \&#34;name\&#34;.jsonl&#34;, &#34;1 &gt; 2&#34;)`) {
		t.Errorf("the line to run is missing: %s", html)
	}
}
