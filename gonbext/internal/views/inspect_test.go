package views

import (
	"encoding/json"
	"math"
	"regexp"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/measure"
)

// inspection has two pairs at two checkpoints. Pair a: chosen −3 → −2 and rejected −4 → −6, so the gains are 1 and −2 and
// the margin is 3. Pair b: chosen −1 → −3 and rejected −2 → −2, so the margin is −2.
func inspection() Inspector {
	answer := func(before, middle, after []float32) measure.InspectedAnswer {
		texts := []string{" <script>alert(1)</script>", "\n", ""}[:len(before)]
		return measure.InspectedAnswer{Tokens: texts, Reference: before, Policy: [][]float32{middle, after}}
	}
	return NewInspector("run & co", 0.1, measure.Inspection{Steps: []int{10, 20}, Pairs: []measure.InspectedPair{
		{Where: "a, line 1", Prompt: "Why </script>?", Chosen: answer([]float32{-1, -2}, []float32{-1, -1.5}, []float32{-0.5, -1.5}), Rejected: answer([]float32{-4}, []float32{-5}, []float32{-6})},
		{Where: "b, line 2", Prompt: "How?", Chosen: answer([]float32{-1}, []float32{-2}, []float32{-3}), Rejected: answer([]float32{-1, -1}, []float32{-1, -1}, []float32{-1, -1})},
	}})
}

func TestInspectorFigures(t *testing.T) {
	v := inspection()
	for i, want := range []float64{3, -2} {
		if got := v.Pairs[i].margin(); math.Abs(got-want) > 1e-6 {
			t.Errorf("pair %d: margin %g, want %g", i, got, want)
		}
	}
	// b has the lowest margin and is most surprising (3 nats per token against 1), a has changed most.
	list := v.highlights()
	if len(list) != 2 || list[0].Where != "b, line 2" || list[1].Where != "a, line 1" {
		t.Errorf("highlights: %+v", list)
	}
	text := v.Text()
	for _, want := range []string{"chosen    -1.00 before, -3.00 after, -2.00", "margin +3.00 nats"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// The static part needs no script, and no text of a pair becomes markup.
func TestInspectorHTML(t *testing.T) {
	html := string(inspection().HTML())
	static, script, ok := strings.Cut(html, "<script>")
	if !ok || strings.Count(html, "</script>") != 1 || strings.Contains(html, "<script>alert") {
		t.Errorf("the pairs' text became markup: %s", html)
	}
	for _, want := range []string{"log π_ref = -3.00", "log π = -2.00, gain &#43;1.00", "ranked incorrectly", "log-ratio &#43;0.500", "⏎", "run &amp; co", `background-color:#d3e7f3`} {
		if !strings.Contains(static, want) {
			t.Errorf("no %q in %s", want, static)
		}
	}
	data := regexp.MustCompile(`document.getElementById\("[^"]*"\), (\{.*\})\);</script>`).FindStringSubmatch(script + "")
	var back struct {
		Steps []int `json:"steps"`
		Pairs []struct {
			Answers [2]struct {
				Tokens []string    `json:"tokens"`
				After  [][]float64 `json:"after"`
			} `json:"answers"`
		} `json:"pairs"`
	}
	if data == nil {
		t.Fatalf("the script has no data: %s", script)
	}
	if err := json.Unmarshal([]byte(data[1]), &back); err != nil || len(back.Steps) != 2 || back.Pairs[0].Answers[0].Tokens[0] != " <script>alert(1)</script>" || back.Pairs[1].Answers[0].After[1][0] != -3 {
		t.Errorf("the script's data: %v, %+v", err, back)
	}
}

func TestColours(t *testing.T) {
	for _, test := range []struct{ got, want any }{
		{string(blueOrange(0)), "#ffffff"}, {string(blueOrange(5)), "#50a0d0"}, {string(blueOrange(-1)), "#e08040"}, {string(grey(0)), "#ffffff"}, {string(grey(-100)), "#a0a0a0"},
	} {
		if test.got != test.want {
			t.Errorf("got %v, want %v", test.got, test.want)
		}
	}
}
