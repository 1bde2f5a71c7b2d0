package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestArguments: values have their types, and what can't be one is refused.
func TestArguments(t *testing.T) {
	for text, want := range map[string]string{
		"x=true": "true", "x=False": "false", "x=None": "null", "x=-1.5": "-1.5", "x=1e3": "1e3", "x=": `""`, "x=a, b=c": `"a, b=c"`,
		`x="true"`: `"true"`, "x=[1]": `"[1]"`, "x=yes": `"yes"`, "x=a\nb": `"a\nb"`, `{"x": null}`: "null",
	} {
		var a Arguments
		if err := a.Set(text); err != nil || string(a["x"]) != want {
			t.Errorf("%s: %s, %v, want %s", text, a["x"], err, want)
		}
		again := Arguments{}
		if err := again.Replace(a.GetSlice()); err != nil || again.String() != a.String() {
			t.Errorf("%s: written %q, and read again %q, %v", text, a, again, err)
		}
		recorded, err := json.Marshal(Config{TemplateArgs: a})
		var read Config
		if err != nil || json.Unmarshal(recorded, &read) != nil || read.TemplateArgs.String() != a.String() {
			t.Errorf("%s: recorded as %s", text, recorded)
		}
	}
	for text, want := range map[string]string{
		"x": "write it as name=value", "1x=2": "write it as name=value", `{"x": [1]}`: "it must be true, false, a number or a text",
		`{"a b": 1}`: "is no name of a variable", "{x": "it is not a JSON object", "y=2": "the argument y was given before, as 1",
	} {
		a := Arguments{"y": json.RawMessage("1")}
		if err := a.Set(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// TestReadTemplate: a value is a template itself, or its file.
func TestReadTemplate(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, plain := write("good.jinja", "{{ messages }}"), write("plain.txt", "Hello")
	for value, want := range map[string]string{good: "{{ messages }}", "{% if x %}{% endif %}": "{% if x %}{% endif %}", "": ""} {
		if p, err := (Prompts{Template: value}).Read(); err != nil || p.Template != want {
			t.Errorf("%s: %q, %v", value, p.Template, err)
		}
	}
	for value, want := range map[string]string{plain: "has no chat template", filepath.Join(dir, "none"): "there is no chat template"} {
		if _, err := (Prompts{Template: value}).Read(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", value, err)
		}
	}
}
