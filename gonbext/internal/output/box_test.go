package output

import "testing"

func TestBoxEscapesAndNamesItsKind(t *testing.T) {
	got := string(Box{Error, `no file "<b>&.jsonl"`}.HTML())
	const want = `<div class="dpo-error mathjax_ignore" style="background:#fde8e6;color:#1b1b1b;border-left:5px solid #c62828;padding:8px 12px;margin:4px 0;white-space:pre-wrap">no file &#34;&lt;b&gt;&amp;.jsonl&#34;</div>`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
