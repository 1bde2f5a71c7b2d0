package chat

import (
	"strings"
	"testing"
	"time"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/tokenizer"
)

var names = tokenizer.Names{BOS: "<bos>", EOS: "<eos>"}

// TestRenderAsJinja compares with the output of Jinja2 3.1.6 in the environment of
// transformers 5.23.0 (trim_blocks, lstrip_blocks, loop controls) for one
// message {"role": "user", "content": " Hé <b> "}.
func TestRenderAsJinja(t *testing.T) {
	for source, want := range map[string]string{
		"Assistant: {% if true %}x{% endif %}":                                                                "Assistant: x",
		"{{ 'a' }} {% if true %}x{% endif %} {# c #} z":                                                       "a x  z",
		"a\n  {% if true %}\nx\n  {% endif %}\n b":                                                            "a\nx\n b",
		"{% if true %} {% endif %}|":                                                                          " |",
		"a {{- ' b ' -}} c{%- if true %} d {%- endif %} e":                                                    "a b c d e",
		"{{ 'a' }}\n{% if true %}\n\nx{% endif %}":                                                            "a\n\nx",
		"{{ 'H %} {%' }} {% set a = '%} {% b' %}{{a}}":                                                        "H %} {% %} {% b",
		"a\n  {%+ if true %}\nx\n  {% endif +%}\n b":                                                          "a\n  x\n\n b",
		"a\r\n  {% if true %}\r\nb\r\n{% endif %}\n":                                                          "a\nb\n",
		"{# one\n #}\n  {# two #}x":                                                                           "x",
		"{% raw %}\n {{ a }} {% b %}\n  {% endraw %}\nx":                                                      "\n {{ a }} {% b %}\nx",
		"{{ bos_token }}{{ eos_token }}{{ pad_token }}{{ nope }}":                                             "<bos><eos>",
		"{% if tools is not none %}t{% endif %}{{ messages|length }}":                                         "1",
		"{{ messages[-1].role }}{{ messages[0]['role'] }}":                                                    "useruser",
		"{{ messages[1:]|length }}{{ messages[0:1][-1].role }}":                                               "0user",
		"{{ 'abc'.split('x')[-1] }}{{ 'a-b'.split('-')[-1] }}":                                                "abcb",
		"{{ messages[0].content | trim }}{{ messages[0]['content'].strip()}}":                                 "Hé <b>Hé <b>",
		"{{ messages[0].content | tojson }}":                                                                  `" Hé <b> "`,
		"{{ {'a': [1, none, true, 'é']} | tojson }}":                                                          `{"a": [1, null, true, "é"]}`,
		"{{ {'a': [1]} | tojson(indent=2) }}":                                                                 "{\n  \"a\": [\n    1\n  ]\n}",
		"{% set ns = namespace(n=0) %}{% for i in range(3) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}": "3",
		"{% for i in range(5) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}": "02",
		"{% macro f(x) %}[{{ x }}]{% endmacro %}{{ f('a') }}":                                                                     "[a]",
		"{% for m in messages %}{% generation %}{{ m.role }}{% endgeneration %}\n{{ loop.first }}{% endfor %}":                    "userTrue",
		"{{ range(2, 8, 3) | list }}{{ range(3, 0, -2) | list }}":                                                                 "[2, 5][3, 1]",
		"{{ messages[0].get('name', 'none') }}{{ 'role' in messages[0] }}":                                                        "noneTrue",
		"{{ add_generation_prompt and 'yes' }}{{ strftime_now('%Y') | length }}":                                                  "yes4",
	} {
		tmpl, err := compile(source, names)
		if err != nil {
			t.Errorf("%q: %v", source, err)
			continue
		}
		got, err := tmpl.render([]preference.Turn{{Role: "user", Content: " Hé <b> "}}, true)
		if err != nil || got != want {
			t.Errorf("%q:\ngot  %q, %v\nwant %q", source, got, err, want)
		}
	}
}

func TestTemplateErrors(t *testing.T) {
	for source, want := range map[string]string{
		"{{ raise_exception('no system turn, please') }}": "rejects the conversation: no system turn, please",
		"{% include '/etc/passwd' %}":                     "{% include %} is not allowed",
		"{% import '/etc/passwd' as x %}":                 "{% import %} is not allowed",
		"{% from '/etc/passwd' import x %}":               "{% from %} is not allowed",
		"{% extends '/etc/passwd' %}":                     "{% extends %} is not allowed",
		"{{ range(1000000) }}":                            "range is longer than 100000",
		"{{ range(1, 2, 0) }}":                            "range takes",
		"{{ strftime_now('%Q') }}":                        "%Q is not supported",
		"{{ 'a' | tojson(separators=1) }}":                `argument "separators"`,
		"{% if %}":                                        "",
		"{{ nope() }}":                                    "not callable",
	} {
		tmpl, err := compile(source, names)
		if err == nil {
			_, err = tmpl.render(user("Hi"), true)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", source, err, want)
		}
	}
}

func TestTemplateBounds(t *testing.T) {
	endless := "{% for a in range(100000) %}{% for b in range(1000) %}x{% endfor %}{% endfor %}"
	tmpl, err := compile(endless, names)
	if err != nil {
		t.Fatal(err)
	}
	tmpl.maxOutput = 1000
	if _, err := tmpl.render(user("Hi"), true); err == nil || !strings.Contains(err.Error(), "more than 1000 bytes") {
		t.Errorf("error %v, want one about the output's length", err)
	}
	tmpl.maxOutput, tmpl.maxTime = 1<<40, 20*time.Millisecond
	if _, err := tmpl.render(user("Hi"), true); err == nil || !strings.Contains(err.Error(), "endless loop") {
		t.Errorf("error %v, want one about the time", err)
	}
}

func TestStrftime(t *testing.T) {
	at := time.Date(2024, 7, 4, 15, 6, 7, 8000, time.UTC)
	// Python 3.11: datetime(2024, 7, 4, 15, 6, 7, 8).strftime(format)
	format := "%d %b %Y, %A %B %a %y-%m %H:%M:%S %I%p %j %f 100%%"
	want := "04 Jul 2024, Thursday July Thu 24-07 15:06:07 03PM 186 000008 100%"
	if got, err := strftime(at, format); err != nil || got != want {
		t.Errorf("got %q, %v\nwant %q", got, err, want)
	}
	if _, err := strftime(at, "50%"); err == nil {
		t.Error("no error for a lone %")
	}
}

// TestMismatch uses a template whose generation prompt differs from the start of
// an answered turn: the tokens differ after "<|im_start|>".
func TestMismatch(t *testing.T) {
	e := smolEncoder(t)
	tmpl, err := compile("{% for m in messages %}<|im_start|>{{ m.content }}<|im_end|>{% endfor %}{% if add_generation_prompt %}<|im_start|> think<|im_end|>{% endif %}", names)
	if err != nil {
		t.Fatal(err)
	}
	odd := &Encoder{tokenizer: e.tokenizer, template: tmpl, control: e.control}
	tokens, mismatch, err := odd.Pair(preference.Pair{Prompt: user("a"), Chosen: "b", Rejected: "c"})
	if err != nil {
		t.Fatal(err)
	}
	if mismatch == nil || mismatch.Between != " think<|im_end|>" {
		t.Fatalf("mismatch is %+v, want the dropped text", mismatch)
	}
	for name, part := range map[string]struct {
		ids  []int32
		want string
	}{"prompt": {tokens.Prompt, "<|im_start|>a<|im_end|><|im_start|>"}, "chosen": {tokens.Chosen, "b<|im_end|>"}, "rejected": {tokens.Rejected, "c<|im_end|>"}} {
		if got := e.tokenizer.Decode(part.ids, false); got != part.want {
			t.Errorf("%s is %q, want %q", name, got, part.want)
		}
	}
}
