package chat

import (
	"strings"
	"testing"
	"time"

	"example.com/gonb-dpo/dpocore/chat/jinja"
	"example.com/gonb-dpo/internal/cputime"
)

// TestHostileTemplates: a malicious template can neither crash the process nor keep it busy.
func TestHostileTemplates(t *testing.T) {
	const forever = "{% for a in range(99999) %}{% for b in range(99999) %}"
	const doubling = "{% set ns = namespace(x='aaaaaaaa') %}{% for a in range(99) %}{% set ns.x = "
	for name, c := range map[string]struct{ source, want string }{
		"loops without output":         {forever + "{% set x = 1 %}{% endfor %}{% endfor %}", "endless loop"},
		"empty loops":                  {forever + "{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}", "endless loop"},
		"loop in a macro":              {"{% macro f() %}" + forever + "{% endfor %}{% endfor %}{% endmacro %}{{ f() }}", "endless loop"},
		"filter that is never true":    {"{% for a in range(99999) %}{% for b in range(99999) if false %}{% endfor %}{% endfor %}", "endless loop"},
		"searches":                     {"{% set x = 'a' * 9999999 %}{% for a in range(99999) %}{{ 'b' in x }}{% endfor %}", "endless loop"},
		"comparisons":                  {"{% set x = range(99999)|list %}{% set y = range(99999)|list %}{% for a in range(99999) %}{{ x == y }}{% endfor %}", "endless loop"},
		"iterator that feeds itself":   {"{% for a in range(99999) %}{{ range(99999)|select('none')|first }}{% endfor %}", "endless loop"},
		"text that doubles":            {doubling + "ns.x ~ ns.x %}{% endfor %}", "MiB of memory"},
		"list that doubles":            {"{% set ns = namespace(x=[1]) %}{% for a in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}", "MiB of memory"},
		"text that is joined":          {doubling + "(ns.x, ns.x)|join(ns.x) %}{% endfor %}", "MiB of memory"},
		"text that is replaced":        {doubling + "ns.x|replace('a', ns.x) %}{% endfor %}", "MiB of memory"},
		"text that is formatted":       {doubling + "'%s%s' % (ns.x, ns.x) %}{% endfor %}", "MiB of memory"},
		"text that is formatted twice": {doubling + "'{0}{0}'.format(ns.x) %}{% endfor %}", "MiB of memory"},
		"text in upper case":           {"{% set x = 'ß' * 9999999 %}{% for a in range(99) %}{% set y = x|upper %}{% endfor %}", "endless loop"},
		"text in a macro":              {"{% macro f(x) %}{{ x }}{{ x }}{% endmacro %}" + doubling + "f(ns.x) %}{% endfor %}", "MiB of memory"},
		"text times a number":          {"{{ 'a' * 999999999999 }}", "MiB of memory"},
		"list times a number":          {"{{ [[]] * 999999999999 }}", "MiB of memory"},
		"number of many digits":        {"{{ 9 ** 99999999 }}", "more than 65536 bits"},
		"power of powers":              {"{{ 9 ** 9 ** 9 ** 9 ** 9 ** 9 }}", "more than 65536 bits"},
		"number as a text":             {"{{ 9 ** 5000 }}", "Exceeds the limit (4300 digits)"},
		"macro that calls itself":      {"{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "recurse too deeply"},
		"macros that call each other":  {"{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}{{ f() }}{% endmacro %}{{ f() }}", "recurse too deeply"},
		"argument that calls itself":   {"{% macro f(x=f()) %}x{% endmacro %}{{ f() }}", "recurse too deeply"},
		"macro that calls itself much": {"{% macro f(n) %}{% if n > 0 %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(99) }}", "endless loop"},
		"loop that calls itself":       {"{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}", "recurse too deeply"},
		"list that contains itself":    {"{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}", "recurse too deeply"},
		"deep list":                    {"{% set ns = namespace(x=[]) %}{% for a in range(9999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x|tojson }}", "recurse too deeply"},
		"block that contains itself":   {"{% block a %}{{ self.a() }}{% endblock %}", "{% block %} is not allowed"},
		"wide filter":                  {"{{ 'a' | center(999999999999) }}", "MiB of memory"},
		"deep filter":                  {"{{ 'a\nb' | indent(width=999999999999) }}", "MiB of memory"},
		"wide method":                  {"{{ 'a'.ljust(999999999999) }}", "MiB of memory"},
		"wide tabs":                    {"{{ 'a\tb'.expandtabs(999999999999) }}", "MiB of memory"},
		"wide format":                  {"{{ '%999999999d' % 1 }}", "MiB of memory"},
		"precise format":               {"{{ '{:.999999999f}'.format(1.5) }}", "MiB of memory"},
		"many slices":                  {"{{ [1] | slice(999999999999) | list }}", "MiB of memory"},
		"a batch that is filled":       {"{{ [1] | batch(999999999999, 1) | list }}", "MiB of memory"},
		"deep indentation of JSON":     {"{{ [[[[1]]]] | tojson(indent=999999999) }}", "MiB of memory"},
		"unbounded output":             {"{{ lipsum(n=999999999) }}", "not supported"},
		"much output":                  {"{% set x = 'a' * 999999 %}{% for a in range(99) %}{{ x }}{% endfor %}", "writes more than"},
		"file":                         {"{{ open('/etc/passwd') }}", "'open' is undefined"},
		"attributes of Python objects": {"{{ ''.__class__.__mro__ }}", "is unsafe"},
		"deep brackets":                {"{{ " + strings.Repeat("(", 9999) + strings.Repeat(")", 9999) + " }}", "nested more than"},
		"many signs":                   {"{{ " + strings.Repeat("-", 9999) + "1 }}", "nested more than"},
		"many nots":                    {"{{ " + strings.Repeat("not ", 9999) + "1 }}", "nested more than"},
		"many blocks":                  {strings.Repeat("{% if true %}", 9999), "nested more than"},
	} {
		before := cputime.Used(t)
		tmpl, err := compile(c.source, names)
		if err == nil {
			tmpl.limits = jinja.Limits{Steps: jinja.Usual.Steps / 10, Bytes: jinja.Usual.Bytes / 4, Output: jinja.Usual.Output}
			_, err = tmpl.render(user("Hi"), true)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %.300v", name, err)
		}
		const patience = time.Minute // a slow machine's
		if took := cputime.Used(t) - before; took > patience {
			t.Errorf("%s: it took %v", name, took)
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
		tmpl.limits = jinja.Limits{Steps: 1 << 18, Bytes: 1 << 24, Output: 1 << 20}
		before := cputime.Used(t)
		_, _ = tmpl.render(user("Hi"), true)
		if took := cputime.Used(t) - before; took > 5*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
