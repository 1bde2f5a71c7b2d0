package chat

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestHostileTemplates: a malicious template can neither crash the process nor keep it busy.
func TestHostileTemplates(t *testing.T) {
	const forever = "{% for a in range(99999) %}{% for b in range(99999) %}"
	for name, c := range map[string]struct{ source, want string }{
		"loops without output":         {forever + "{% set x = 1 %}{% endfor %}{% endfor %}", "endless loop"},
		"empty loops":                  {forever + "{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}", "endless loop"},
		"loop in a macro":              {"{% macro f() %}" + forever + "{% endfor %}{% endfor %}{% endmacro %}{{ f() }}", "endless loop"},
		"text that doubles":            {"{% set ns = namespace(x='aaaaaaaa') %}{% for a in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}", "MiB of memory"},
		"text times a number":          {"{{ 'a' * 999999999999 }}", "is not allowed in a chat template"},
		"power":                        {"{{ 'a' ** 99 }}", "is not allowed in a chat template"},
		"macro that calls itself":      {"{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "recurse too deeply"},
		"macros that call each other":  {"{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}{{ f() }}{% endmacro %}{{ f() }}", "recurse too deeply"},
		"argument that calls itself":   {"{% macro f(x=f()) %}x{% endmacro %}{{ f() }}", ""},
		"loop that calls itself":       {"{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}", "recurse too deeply"},
		"block that contains itself":   {"{% block a %}{{ self.a() }}{% endblock %}", "{% block %} is not allowed"},
		"wide filter":                  {"{{ 'a' | center(999999999999) }}", "exceeds 100000"},
		"deep filter":                  {"{{ 'a\nb' | indent(width=999999999999) }}", "exceeds 100000"},
		"wide method":                  {"{{ 'a'.ljust(999999999999) }}", "exceeds 100000"},
		"unbounded output":             {"{{ lipsum(n=999999999) }}", ""},
		"much text from little":        {"{{ 'a' | center(99999) | center(99999) | replace('a', 'b') | length }}", "-"},
		"file":                         {"{{ open('/etc/passwd') }}", "not callable"},
		"attributes of Python objects": {"{{ ''.__class__.__mro__ }}", "-"},
	} {
		tmpl, err := compile(c.source, names)
		if err == nil {
			tmpl.maxTime = 10 * time.Minute // only what never ends may meet the time limit
			if c.want == "endless loop" || c.want == "" || c.want == "-" {
				tmpl.maxTime = 300 * time.Millisecond
			}
			_, err = tmpl.render(user("Hi"), true)
		}
		if c.want != "-" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	const patience = 10 * time.Minute
	for end := time.Now().Add(patience); runtime.NumGoroutine() > 4; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines are still running after %v", runtime.NumGoroutine(), patience)
		}
	}
}

// FuzzTemplate: no template crashes the process or runs for long.
func FuzzTemplate(f *testing.F) {
	for _, source := range []string{
		"{% for message in messages %}<|{{ message['role'] }}|>{{ message.content | trim }}{% endfor %}",
		"{% macro f(x, y=1) %}{{ x }}{% endmacro %}{{ f(2) }}",
		"{%- if not add_generation_prompt is defined %}{% set x = namespace(a=[1, 2][::-1]) %}{% endif -%}{{ x.a | tojson }}",
	} {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		if len(source) > 1<<12 {
			return
		}
		tmpl, err := compile(source, names)
		if err != nil {
			return
		}
		tmpl.maxTime, tmpl.maxOutput = 50*time.Millisecond, 1<<20
		start := time.Now()
		_, _ = tmpl.render(user("Hi"), true)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
