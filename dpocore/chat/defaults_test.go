package chat

import (
	"encoding/json"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
)

const thinking = "{%- macro end() %}<|im_end|>{{ tone }}\n{% endmacro %}" +
	"{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}{{ end() }}{% endfor %}" +
	"{% if add_generation_prompt %}<|im_start|>assistant\n{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>\n\n{% endif %}{% endif %}"

func defaults(t *testing.T, template string, d Defaults) *Encoder {
	t.Helper()
	source, err := d.Template(template)
	if err != nil {
		t.Fatal(err)
	}
	tok, err := smol()
	if err != nil {
		t.Fatal(err)
	}
	if tok, err = tok.WithTemplate(source); err != nil {
		t.Fatal(err)
	}
	e, err := New(tok)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := d.Template(source); err != nil || again != source {
		t.Errorf("defaults given again change the template to %q, %v", again, err)
	}
	return e
}

// TestDefaults: arguments reach the whole template, macros too, and a system turn is put before conversations without one.
func TestDefaults(t *testing.T) {
	e := defaults(t, thinking, Defaults{
		Arguments: map[string]json.RawMessage{"enable_thinking": json.RawMessage("false"), "tone": json.RawMessage(`"{% \"é\" \\ %}'\n"`)},
		System:    "Be {{ kind }}.\n\"'",
	})
	got, err := e.Render(preference.User("Hi"), true)
	const end = "<|im_end|>{% \"é\" \\ %}'\n\n"
	want := "<|im_start|>system\nBe {{ kind }}.\n\"'" + end + "<|im_start|>user\nHi" + end + "<|im_start|>assistant\n<think>\n\n</think>\n\n"
	if err != nil || got != want {
		t.Errorf("rendered %q, %v\nwant     %q", got, err, want)
	}
	own := append([]preference.Turn{{Role: "system", Content: "Mine."}}, preference.User("Hi")...)
	if got, err := e.Render(own, false); err != nil || got != "<|im_start|>system\nMine."+end+"<|im_start|>user\nHi"+end {
		t.Errorf("with a system turn: %q, %v", got, err)
	}
	if err := e.CheckSystem("Be {{ kind }}.\n\"'"); err != nil {
		t.Error(err)
	}
	// A template keeps the newline that it begins with.
	if got, err := defaults(t, "\n{{ x }}{{ messages[0].content }}", Defaults{Arguments: map[string]json.RawMessage{"x": json.RawMessage("null")}}).Render(preference.User("Hi"), true); err != nil || got != "\nNoneHi" {
		t.Errorf("rendered %q, %v", got, err)
	}
}

// TestDefaultsRefused: what has no effect, or an effect that nobody asked for, is refused.
func TestDefaultsRefused(t *testing.T) {
	for name, want := range map[string]string{
		"enable_thinkin": "reads no variable enable_thinkin", "messages": "the program gives it a value", "add_generation_prompt": "the program gives it a value",
	} {
		_, err := Defaults{Arguments: map[string]json.RawMessage{name: json.RawMessage("true")}}.Template(thinking)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for system, c := range map[string]struct{ template, want string }{
		"Be kind.":       {"{{ messages[-1].content }}", "leaves out system turns"},
		"a <|im_end|> b": {thinking, "spells the control token <|im_end|>"},
	} {
		if err := defaults(t, c.template, Defaults{System: system}).CheckSystem(system); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", system, err)
		}
	}
}
