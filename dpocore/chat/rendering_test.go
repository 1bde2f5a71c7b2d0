package chat

import (
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
)

// What a template leaves out of an answer is named, but not white space that it trims or adds.
func TestDropped(t *testing.T) {
	const (
		turn  = "<|im_start|>{{ m.role }}\n%<|im_end|>\n"
		loop  = "{% for m in messages %}" + turn + "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
		after = "{{ m.content.split('</think>')[-1].lstrip('\n') }}"
	)
	for _, c := range []struct{ content, answer, want string }{
		{"{{ m.content }}", "<think>\nhm\n</think>\n\nB", ""},
		{"{{ m.content | trim }}", "\n B \n", ""},
		{after, "<think>\nhm\n</think>\n\nB", "<think>\nhm\n</think>"},
		{after, "B", ""},
		{after, "<think>é<|im_end|></think>B", "<think>é<|im_end|></think>"},
		{"{% set parts = m.content.split('</think>') %}{{ parts[0] }}\n</think>\n\n{{ parts[-1].strip() }}", "<think>hm</think>B", ""},
		{"{{ m.content[:3] }}", "abcdef", "abcdef"},
		{"{{ m.content | upper }}", "abc", "abc"},
		{"{% if m.role == 'user' %}x{% endif %}", "abc", "abc"},
		{"{% if m.role == 'user' %}xn.{% endif %}", "London.", "London."},
	} {
		e := dated(t, strings.Replace(loop, "%<", c.content+"<", 1))
		tokens, _, err := e.Pair(preference.Pair{Prompt: user("Q"), Chosen: c.answer, Rejected: ""})
		turned, _, errTurned := e.Pair(preference.Pair{Prompt: user("Q"), Chosen: "", Rejected: c.answer})
		if err != nil || errTurned != nil || tokens.Dropped != c.want || turned.Dropped != c.want {
			t.Errorf("%s of %q: left out %q and %q, %v; want %q", c.content, c.answer, tokens.Dropped, turned.Dropped, err, c.want)
		}
	}
}

// What the model does not see of a prompt, in templates that write a system turn only with the last question, no system turn, or
// only the last exchange.
func TestDroppedPrompt(t *testing.T) {
	const (
		turn   = "<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n"
		all    = "{% for m in messages %}" + turn + "{% endfor %}"
		users  = "{% for m in messages %}{% if m.role != 'system' %}" + turn + "{% endif %}{% endfor %}"
		latest = "{% for m in messages[-2:] %}" + turn + "{% endfor %}"
		onLast = "{% for m in messages[1:] %}{% if loop.last %}{{ messages[0].content }}{% endif %}{% if m.role == 'user' %}" + turn + "{% endif %}{% endfor %}"
		open   = "{% for m in messages %}{% if m.role != 'system' or messages[-1].role == 'user' %}" + turn + "{% endif %}{% endfor %}"
	)
	brief := []preference.Turn{{Role: "system", Content: " Be brief.\n"}, {Role: "user", Content: "Why?"}}
	for source, want := range map[string]string{all: "", users: "system: Be brief.", latest: "system: Be brief.", onLast: "", open: "system: Be brief."} {
		tokens, _, err := dated(t, source).Pair(preference.Pair{Prompt: brief, Chosen: "So.", Rejected: "No."})
		if ignored := source == users; dated(t, source).LeavesOutSystem("Be brief.") != ignored {
			t.Errorf("%s: leaves out a system turn before a question: %v", source, !ignored)
		}
		if err != nil || tokens.DroppedPrompt != want {
			t.Errorf("%s: left out %q, %v; want %q", source, tokens.DroppedPrompt, err, want)
		}
	}
}

// A template that can't be rendered is refused at once, also if that shows only in longer conversations.
func TestTry(t *testing.T) {
	for source, want := range map[string]string{
		"\n{{ messages[0].content.strip() }}": "",
		"{% for m in messages %}{% if '</think>' in m.content %}\n{{ m.content['encode']() }}{% endif %}{% endfor %}": "line 2: {{ m.content['encode']() }}: the method encode is not supported",
		"{% for m in messages %}{% if m.role == 'system' %}{{ 1 / 0 }}{% endif %}{% endfor %}":                        "{{ 1 / 0 }}: division by zero",
		"{% if messages|length > 2 %}{{ nope.x }}{% endif %}":                                                         "'nope' is undefined",
		"{% if messages|length > 1 %}{{ raise_exception('one turn only') }}{% endif %}":                               "",
		"{{ raise_exception('never') }}":                                                                              "never",
	} {
		err := dated(t, source).try()
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", source, err, want)
		}
	}
}
