package gonbext

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRankedWritesEveryPairOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.jsonl")
	const other = `{"prompt":"Another?","chosen":"yes","rejected":"no"}`
	if err := os.WriteFile(file, []byte(other), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := writeDrawings(file, []drawing{{"Old?", []string{"x", "y"}}, {"Why?", []string{"a", "b <&>", "c", "d"}}}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time replaces the first
		if _, err := ranked(file, []int{1, 2, 3, 4}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ranked(file, []int{2, 1, 4, 3}); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const want = other + `
{"prompt":"Why?","chosen":"b <&>","rejected":"a"}
{"prompt":"Why?","chosen":"b <&>","rejected":"d"}
{"prompt":"Why?","chosen":"b <&>","rejected":"c"}
{"prompt":"Why?","chosen":"a","rejected":"d"}
{"prompt":"Why?","chosen":"a","rejected":"c"}
{"prompt":"Why?","chosen":"d","rejected":"c"}
`
	if string(raw) != want {
		t.Errorf("got\n%s\nwant\n%s", raw, want)
	}
	if p, err := load(file); err != nil || p.Len() != 7 {
		t.Errorf("the file does not load: %v, %v", p, err)
	}
}

func TestRankedMistakes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.jsonl")
	if _, err := ranked(file, []int{1, 2}); err == nil || !strings.Contains(err.Error(), "run gonbext.Rank first") {
		t.Errorf("without answers: %v", err)
	}
	if err := writeDrawings(file, []drawing{{"Why?", []string{"a", "b", "c"}}}); err != nil {
		t.Fatal(err)
	}
	for _, order := range [][]int{{}, {1, 2}, {1, 2, 2}, {0, 1, 2}, {1, 2, 3, 4}, {2, 3, 4}} {
		if _, err := ranked(file, order); err == nil || !strings.Contains(err.Error(), "as in 1, 2, 3") {
			t.Errorf("%v: %v", order, err)
		}
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a wrong ranking has left a file")
	}
}

func TestRankingEscapes(t *testing.T) {
	r := newRanking(drawing{"</script><b>", []string{"<i>", "$1"}}, `odd "name".jsonl`)
	html := string(r.HTML())
	if strings.Contains(html, "<i>") || strings.Count(html, "</script>") != 1 || strings.Contains(html, "<b></b>") {
		t.Errorf("markup got through: %s", html)
	}
	if !strings.Contains(html, `gonbext.Ranked(&#34;odd \&#34;name\&#34;.jsonl&#34;, 1, 2)`) {
		t.Errorf("the line to run is not there: %s", html)
	}
}
