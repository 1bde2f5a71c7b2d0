package lint

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/encode"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/internal/tinymodel"
)

// options returns the options for a tiny model with a template, or with its default one
// if template is "".
func options(t *testing.T, template string, limit encode.Limit) Options {
	t.Helper()
	folder := tinymodel.WriteChat(t, 1)
	if template != "" {
		if err := os.WriteFile(filepath.Join(folder, "chat_template.jinja"), []byte(template), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tok, err := tokenizer.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tok.Close() })
	encoder, err := chat.New(tok)
	if err != nil {
		t.Fatal(err)
	}
	o := DefaultOptions()
	o.Encoder, o.Tokenizer = encode.New(encoder, tok.VocabSize(), limit), tok
	return o
}

const endless = `{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}
{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}`

func TestEndOfTurn(t *testing.T) {
	set := read(t, plain(30))
	for template, want := range map[string]int{"": 0, endless: 30} {
		report, err := Check(context.Background(), set, nil, options(t, template, encode.Limit{MaxLength: 512}))
		if err != nil {
			t.Fatal(err)
		}
		if f := report.finding(endRule); f.Count != want || want > 0 && f.Severity != Wrong {
			t.Errorf("%q: %+v, want %d", template, f, want)
		}
	}
}

// An answer whose thoughts the template leaves out is found.
func TestAnswersThatTheTemplateCuts(t *testing.T) {
	const cuts = `{% for m in messages %}<|im_start|>{{ m.role }}
{{ m.content.split('</think>')[-1] }}<|im_end|>
{% endfor %}`
	set := read(t, append(plain(20), pair("A?", "<think>Hm.</think>So it is.", "No.")))
	for template, want := range map[string]int{"": 0, cuts: 1} {
		report, err := Check(context.Background(), set, nil, options(t, template, encode.Limit{MaxLength: 512}))
		if err != nil {
			t.Fatal(err)
		}
		if f := report.finding(droppedRule); f.Count != want || want > 0 && f.Examples[0].Text != `left out: "<think>Hm.</think>"` {
			t.Errorf("%q: %+v, want %d", template, f, want)
		}
	}
}

// A system turn that the template leaves out is found.
func TestPromptsThatTheTemplateCuts(t *testing.T) {
	const cuts = `{% for m in messages if m.role != 'system' %}<|im_start|>{{ m.role }}
{{ m.content }}<|im_end|>
{% endfor %}`
	set := read(t, append(plain(20), `{"system": "Be kind.", "prompt": "A?", "chosen": "So.", "rejected": "No."}`))
	report, err := Check(context.Background(), set, nil, options(t, cuts, encode.Limit{MaxLength: 512}))
	if err != nil {
		t.Fatal(err)
	}
	if f := report.finding(droppedRule); f.Count != 1 || f.Examples[0].Text != `left out of the prompt: "system: Be kind."` {
		t.Errorf("%v", f)
	}
}

// TestSpread: if there are more pairs than are tokenized, evenly spaced ones are checked
// and the summary says so.
func TestSpread(t *testing.T) {
	o := options(t, "", encode.Limit{MaxLength: 8})
	o.MaxTokenized = 10
	report, err := Check(context.Background(), read(t, plain(100)), nil, o)
	if err != nil {
		t.Fatal(err)
	}
	f := report.finding(truncatedRule)
	if f.Count != 10 || f.Of != 10 || f.Examples[1].Where != "pairs, line 11" {
		t.Errorf("%v", f)
	}
	if got := spread(3, 0); len(got) != 3 || got[2] != 2 {
		t.Errorf("all of 3: %v", got)
	}
}

// TestModelsControlTokens: a control token that only this model has is found.
func TestModelsControlTokens(t *testing.T) {
	o := options(t, "", encode.Limit{MaxLength: 512})
	special := o.Tokenizer.Specials()[0].Text
	report, err := Check(context.Background(), read(t, append(plain(20), pair("A?", "So "+special+" it is", "No"))), nil, o)
	if err != nil || report.finding(controlRule).Count != 1 {
		t.Errorf("%s: %v", special, err)
	}
}
