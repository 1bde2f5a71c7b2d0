package output

import (
	"strings"
	"testing"
)

func TestTableHTML(t *testing.T) {
	got := string(Table{Caption: "a < b", Columns: []string{"x"}, Rows: [][]string{{"<script>alert(1)</script>"}}}.HTML())
	const want = `<div class="mathjax_ignore" style="overflow-x:auto"><div style="margin:4px 0"><b>a &lt; b</b></div>` +
		`<table style="table-layout:auto;text-align:left"><thead><tr><th style="text-align:left;vertical-align:top">x</th></tr></thead><tbody>` +
		`<tr><td style="text-align:left;vertical-align:top;white-space:pre-wrap;max-width:34em">&lt;script&gt;alert(1)&lt;/script&gt;</td></tr></tbody></table></div>`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTableText(t *testing.T) {
	short := Table{Columns: []string{"what", "value"}, Rows: [][]string{{"loss", "0.6931"}}}
	if got, want := short.Text(), "what  value\nloss  0.6931\n"; got != want {
		t.Errorf("narrow: got %q, want %q", got, want)
	}
	long := Table{Columns: []string{"prompt", "answer"}, Rows: [][]string{{"Why?", strings.Repeat("so ", 20)}}}
	if got := long.Text(); !strings.HasPrefix(got, "prompt: Why?\nanswer: so so") {
		t.Errorf("wide: got %q", got)
	}
}
