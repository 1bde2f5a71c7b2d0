package gonbext

import (
	"context"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/lint"
	"example.com/gonb-dpo/dpocore/preview"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/views"
	"example.com/gonb-dpo/internal/tinymodel"
)

func TestLint(t *testing.T) {
	lines := append(numbered(10), `{"prompt": "<b>", "chosen": "<i>this</i>", "rejected": "that"}`, `{"prompt": "<b>", "chosen": "that", "rejected": "<i>this</i>"}`)
	p, err := load(t.Context(), pairFile(t, lines...))
	if err != nil {
		t.Fatal(err)
	}
	report, err := p.lint(context.Background(), lint.DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"to fix before training", "2 of 12 pairs contradict another one", "longer wins", "pairs.jsonl, line 11", "Not checked: "} {
		if !strings.Contains(report.Text(), want) {
			t.Errorf("%q is missing in %s", want, report.Text())
		}
	}
	if html := string(report.HTML()); strings.Contains(html, "<b>\"") || !strings.Contains(html, "&lt;b&gt;") || strings.Contains(html, string(output.Error)) {
		t.Errorf("markup got through, or the findings look like an error: %s", html)
	}
	if _, err := (Pairs{}).lint(context.Background(), lint.DefaultOptions()); err == nil || !strings.Contains(err.Error(), "no pairs") {
		t.Errorf("no pairs: %v", err)
	}
	builtin, err := load(t.Context(), "builtin")
	if err != nil {
		t.Fatal(err)
	}
	if report, err := builtin.lint(context.Background(), lint.DefaultOptions()); err != nil || !strings.HasPrefix(report.Text(), "Note: In 240 pairs: no problems, and 1 finding worth a look.") {
		t.Errorf("%v, %v", report.Text(), err)
	}
}

func TestPreview(t *testing.T) {
	tok, err := tokenizer.Open(tinymodel.WriteChat(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer tok.Close()
	encoder, err := chat.New(tok)
	if err != nil {
		t.Fatal(err)
	}
	p, err := load(t.Context(), pairFile(t, `{"prompt": "Which <script>?", "chosen": "It is <good>.\nYes", "rejected": "It is bad.\nYes"}`))
	if err != nil {
		t.Fatal(err)
	}
	one, err := preview.Of(p.set.Train.Pairs[0], encoder, tok)
	if err != nil {
		t.Fatal(err)
	}
	html, text := string(views.SideBySide{Pair: one}.HTML()), views.SideBySide{Pair: one}.Text()
	for _, want := range []string{`It is <b style="background:#d7efd9;color:#1b1b1b;font-weight:normal">&lt;good&gt;.</b>`, `>bad.</b>`, "Which &lt;script&gt;?",
		`font-weight:bold">&lt;|im_end|&gt;</span>`} {
		if !strings.Contains(html, want) {
			t.Errorf("%q is missing in %s", want, html)
		}
	}
	if strings.Contains(html, "<script>") || strings.Contains(html, "<good>") || !strings.Contains(text, "It is «<good>.»\nYes") {
		t.Errorf("%s\n%s", html, text)
	}
	lengths, err := preview.Lengths(context.Background(), p.set.Train, encoder, 10)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(views.Lengths{Histogram: lengths}.HTML()); strings.Count(got, "width:30em") != 1 || !strings.Contains(got, "1 pair;") {
		t.Errorf("%s", got)
	}
}
