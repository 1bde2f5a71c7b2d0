package chat

import (
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/tokenizer"
)

var names = tokenizer.Names{BOS: "<bos>", EOS: "<eos>", Class: "<cls>"}

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
		"{{ bos_token }}{{ eos_token }}{{ pad_token }}{{ cls_token }}{{ nope }}":                              "<bos><eos><cls>",
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
		"{{ range(1000000) }}":                            "Range too big",
		"{{ range(1, 2, 0) }}":                            "must not be zero",
		"{{ strftime_now('%Q') }}":                        "the directive %Q of the time format",
		"{{ 'a' | tojson(separators=1) }}":                "'int' object is not iterable",
		"{% if %}":                                        "",
		"{{ '\xff' }}":                                    "it is not UTF-8",
		"{% if tools %}\n{{ messages[0].content | wordwrap }}{% endif %}": "line 2: the filter wordwrap is not supported in a chat template",
		"{% if tools %}\n{{ messages[0].content.encode() }}{% endif %}":   "line 2: the method encode is not supported in a chat template",
		"{{ nope() }}": "line 1: {{ nope() }}: 'nope' is undefined",
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
	tmpl.limits.Output = 1000
	if _, err := tmpl.render(user("Hi"), true); err == nil || !strings.Contains(err.Error(), "more than 1000 bytes") {
		t.Errorf("error %v, want one about the output's length", err)
	}
	tmpl.limits.Output, tmpl.limits.Steps = 1<<40, 1000
	if _, err := tmpl.render(user("Hi"), true); err == nil || !strings.Contains(err.Error(), "more than 1000 steps; it may be in an endless loop") {
		t.Errorf("error %v, want one about the steps", err)
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

// BenchmarkRender renders a conversation of nine turns with a template of the usual kind.
func BenchmarkRender(b *testing.B) {
	tmpl, err := compile(`{%- if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system = messages[0]['content'] %}
{%- else %}{% set loop_messages = messages %}{% set system = 'You are helpful.' %}{% endif %}
{{- '<|im_start|>system\n' + system + '<|im_end|>\n' }}
{%- for message in loop_messages %}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate') }}{% endif %}
    {%- set content = message['content'] | trim %}
    {%- if message['role'] == 'assistant' and '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}
    {{- '<|im_start|>' + message['role'] + '\n' + content + '<|im_end|>\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}`, names)
	if err != nil {
		b.Fatal(err)
	}
	turns := []preference.Turn{{Role: "system", Content: "Be brief."}}
	for range 4 {
		turns = append(turns, preference.Turn{Role: "user", Content: strings.Repeat("How are you? ", 20)},
			preference.Turn{Role: "assistant", Content: "<think>Well.</think>" + strings.Repeat("Fine. ", 30)})
	}
	for b.Loop() {
		if _, err := tmpl.render(turns, true); err != nil {
			b.Fatal(err)
		}
	}
}
