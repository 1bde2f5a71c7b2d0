package views

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/report/tokenview"
)

// The static part needs no script, and the script has all pairs as data that no text in them can leave.
func TestInspectorHTML(t *testing.T) {
	answer := func(before, middle, after float32) tokenview.Answer {
		return tokenview.NewAnswer([]string{" <script>alert(1)</script>"}, []float32{before}, [][]float32{{middle}, {after}})
	}
	v := Inspector{tokenview.View{Run: "run & co", Beta: 0.1, Steps: []int{10, 20}, Pairs: []tokenview.Pair{
		{Where: "a, line 1", Prompt: "Why </script>?", Answers: [2]tokenview.Answer{answer(-1, -2, -3), answer(-4, -5, -6)}},
	}}}
	html := string(v.HTML())
	static, script, ok := strings.Cut(html, "<script>")
	if !ok || strings.Count(html, "</script>") != 1 || strings.Contains(html, "<script>alert") {
		t.Errorf("the pairs' text became markup: %s", html)
	}
	if !strings.Contains(static, "log π_ref = -1.00") {
		t.Errorf("no sum in %s", static)
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
	if err := json.Unmarshal([]byte(data[1]), &back); err != nil || len(back.Steps) != 2 || back.Pairs[0].Answers[0].Tokens[0] != " <script>alert(1)</script>" || back.Pairs[0].Answers[0].After[1][0] != -3 {
		t.Errorf("the script's data: %v, %+v", err, back)
	}
}
