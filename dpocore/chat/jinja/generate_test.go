package jinja_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// generator makes a template of the parts below; data are its choices.
type generator struct {
	data  []byte
	depth int
}

// source returns a template of one of three kinds.
func (g *generator) source(rows []recorded) string {
	row := func() string { return rows[(g.choose(256)<<8+g.choose(256))%len(rows)].Source }
	switch g.choose(3) {
	case 0:
		return g.template()
	case 1:
		return "{{ " + g.expression() + " }}"
	}
	return g.mutate(row(), row())
}

// choose returns a number below n.
func (g *generator) choose(n int) int {
	if len(g.data) == 0 {
		return 0
	}
	c := int(g.data[0])
	g.data = g.data[1:]
	return c % n
}

func (g *generator) of(options []string) string { return options[g.choose(len(options))] }

var (
	atoms = []string{
		"x", "messages", "1", "'a b'", "nope", "''", "' <b>é\\n'", "'a,b,,c'", "'ß ǆ İ'", "'-12.50'", "'Hello World'", "\"it's\"", "'{0}-{1:>4}{x}'", "'%s|%5.1f'",
		"0", "-7", "3", "2.5", "-0.0", "1e16", "1e-5", "0.1", "10**20", "true", "false", "none",
		"[1, 2, 3]", "['b', 'A', 'c']", "[]", "[[1, 'a'], [2, 'b']]", "[1, none, 'x', 2.5]", "(1, 'x')", "()", "range(5)", "range(7, 1, -2)",
		"{'a': 1, 'b': [2]}", "{}", "{'b': 'x', 'A': 'y', 1: none}", "[{'n': 2, 'v': 'q'}, {'n': 1, 'v': 'P'}, {'n': 2}]", "messages[0]", "messages[0].content",
		"namespace(a=1)", "'é'|e", "'<i>'|safe", "dict(a=1)", "loop", "'x\\ty\\n  z\\r\\n'", "'日本語 😀'", "'True'", "'0x1f'", "'1_000'",
	}
	filters = []string{
		"upper", "lower", "title", "capitalize", "trim", "trim('a ')", "length", "count", "first", "last", "list", "string", "int", "int(5)", "int(0, 16)", "float", "float(1)",
		"abs", "round", "round(1)", "round(-1)", "round(2, 'floor')", "round(0, 'ceil')", "sort", "sort(reverse=true)", "sort(attribute='n')", "sort(case_sensitive=true)",
		"reverse", "unique", "unique(attribute='n')", "join", "join(', ')", "join('-', attribute='v')", "default('d')", "default('d', true)", "d", "replace('a', 'bb')", "replace('', '-', 2)",
		"tojson", "tojson(indent=2)", "tojson(sort_keys=true)", "tojson(ensure_ascii=true)", "tojson(separators=(',', ':'))", "e", "escape", "safe", "forceescape", "dictsort", "dictsort(by='value')", "dictsort(reverse=true)",
		"items", "map('upper')", "map(attribute='n')", "map(attribute='n', default=0)", "map('int')", "map('default', 'z')", "select", "select('odd')", "select('gt', 1)", "reject('string')",
		"selectattr('n')", "selectattr('n', 'eq', 2)", "rejectattr('v', 'defined')", "groupby('n')", "sum", "sum(attribute='n')", "sum(start=1)", "min", "max", "max(attribute='n')",
		"batch(2)", "batch(2, 'f')", "slice(2)", "slice(2, 'f')", "center(9)", "indent", "indent(2, true)", "indent('>', blank=true)", "truncate(5)", "truncate(5, true, '…', 0)", "wordcount",
		"format(1, 2)", "format(x=1)", "attr('upper')", "attr('a')", "striptags", "urlencode", "filesizeformat", "xmlattr", "batch(0)", "nope",
	}
	tests = []string{
		"defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "true", "false", "mapping", "sequence", "iterable", "callable", "odd", "even",
		"divisibleby 2", "divisibleby(0)", "lower", "upper", "escaped", "sameas none", "sameas(x)", "in [1, 'a b']", "eq 1", "equalto('x')", "ne 1", "lt 2", "gt(1)", "ge 1", "le(2.5)", "filter", "test", "nope",
	}
	methodCalls = []string{
		"upper()", "lower()", "strip()", "strip('a <')", "lstrip('-')", "rstrip('\\n')", "split()", "split(',')", "split(',', 1)", "rsplit(',', 1)", "rsplit(none, 1)", "split(maxsplit=1)", "splitlines()", "splitlines(true)",
		"partition(',')", "rpartition(' ')", "startswith('a')", "startswith(('a', 'H'))", "endswith('b', 1)", "find('b')", "rfind('l', 2, 5)", "index('b')", "count('l')", "replace('a', 'z')", "replace('l', 'L', 1)",
		"join(['a', 'b'])", "join('xy')", "removeprefix('a')", "removesuffix('b')", "center(8)", "center(9, '*')", "ljust(5, '.')", "rjust(6)", "zfill(8)", "expandtabs(4)", "title()", "capitalize()", "swapcase()", "casefold()",
		"format(1, 2.5, x='y')", "format('a', x=[1])", "isdigit()", "isalpha()", "isspace()", "isalnum()", "isupper()", "islower()", "istitle()", "isnumeric()", "isidentifier()", "isprintable()",
		"get('a')", "get('zz', 5)", "get(1)", "keys()", "values()", "items()", "copy()", "pop()", "append(1)", "update(a=2)", "count(1)", "index(2)", "a", "b", "n", "content", "role", "length", "is_integer()", "real", "nope", "nope()",
	}
	operators   = []string{"+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"}
	subscripts  = []string{"[0]", "[-1]", "[1:]", "[:2]", "[::-1]", "[1:3]", "[-2:]", "[::2]", "['a']", "['content']", "[none]", "[1.5]", "[true]", "[5]", "[:-1]", "[0:9:3]", "[2:0:-1]", "['upper']"}
	loopFields  = []string{"index", "index0", "first", "last", "length", "revindex", "revindex0", "previtem", "nextitem", "depth", "cycle('p', 'q')", "changed(x)", "nope"}
	conversions = []string{"s", "r", "d", "5d", "-5d|", "05d", "+d", "x", "#x", "o", "c", "i", "f", ".0f", "8.3f", "e", ".2e", "g", ".3g", "G", "%", "5s", "-5s|", ".2s", " d", ".3d"}
	formats     = []string{"", ":>6", ":<6", ":^6", ":*^7", ":05", ":+", ":,", ":_", ":.2f", ":8.3f", ":e", ":g", ":.3g", ":%", ":x", ":#x", ":b", ":o", ":c", ":d", ":s", ":.2", ":=+6", "!r", "!s", "!r:>9", ":n", ": "}
)

var tokens = regexp.MustCompile(`(?s)\w+|\s+|[{%#}-]{2}|.`)

// mutate returns a template with some of its tokens deleted, doubled, moved, or replaced by those of another.
func (g *generator) mutate(source, other string) string {
	parts, others := tokens.FindAllString(source, -1), tokens.FindAllString(other, -1)
	for range 1 + g.choose(3) {
		if len(parts) < 2 || len(others) == 0 {
			break
		}
		i, j := g.choose(len(parts)), g.choose(len(parts))
		switch g.choose(5) {
		case 0:
			parts = slices.Delete(parts, i, i+1)
		case 1:
			parts = slices.Insert(parts, i, parts[j])
		case 2:
			parts[i], parts[j] = parts[j], parts[i]
		case 3:
			parts[i] = others[g.choose(len(others))]
		case 4:
			parts = slices.Insert(parts, i, others[g.choose(len(others))])
		}
	}
	return strings.Join(parts, "")
}

// expression returns an expression.
func (g *generator) expression() string {
	if g.depth++; g.depth > 6 {
		g.depth--
		return g.of(atoms)
	}
	defer func() { g.depth-- }()
	switch g.choose(18) {
	case 0, 1, 2:
		return g.of(atoms)
	case 3, 4:
		return "(" + g.expression() + ")|" + g.of(filters)
	case 5:
		return g.expression() + "|" + g.of(filters)
	case 6, 7:
		return "(" + g.expression() + ")." + g.of(methodCalls)
	case 8:
		return g.expression() + " is " + g.of([]string{"", "not "}) + g.of(tests)
	case 9, 10:
		return "(" + g.expression() + ") " + g.of(operators) + " (" + g.expression() + ")"
	case 11:
		return g.expression() + " " + g.of(operators) + " " + g.expression()
	case 12:
		return "(" + g.expression() + ")" + g.of(subscripts)
	case 13:
		return "[" + g.expression() + ", " + g.expression() + "]"
	case 14:
		return "{" + g.expression() + ": " + g.expression() + "}"
	case 15:
		return "(" + g.expression() + " if " + g.expression() + g.of([]string{"", " else " + g.of(atoms)}) + ")"
	case 16:
		return g.of([]string{"not ", "-", "+"}) + "(" + g.expression() + ")"
	}
	if g.choose(2) == 0 {
		return "'%" + g.of(conversions) + "' % (" + g.expression() + g.of([]string{"", ",", ", 1"}) + ")"
	}
	return "'{" + g.of(formats) + "}'.format(" + g.expression() + ")"
}

// template returns a template.
func (g *generator) template() string {
	if g.depth++; g.depth > 4 {
		g.depth--
		return "{{ x }}"
	}
	defer func() { g.depth-- }()
	var out strings.Builder
	for range 1 + g.choose(3) {
		out.WriteString(g.of([]string{"", "\n", " ", "\n  ", "a\n"}) + g.statement())
	}
	return out.String()
}

func (g *generator) statement() string {
	start, end := g.of([]string{"{%", "{%-", "{%+"}), g.of([]string{"%}", "-%}", "%}\n"})
	block := func(open, closing string) string {
		return start + " " + open + " " + end + g.template() + start + " " + closing + " " + end
	}
	switch g.choose(14) {
	case 0, 1, 2, 3, 4, 5:
		return "{{ " + g.expression() + " }}"
	case 6:
		return block("if "+g.expression(), "endif")
	case 7:
		body := "{{ x }}{{ loop." + g.of(loopFields) + " }}" + g.of([]string{"", "{% break %}", "{% continue %}"})
		return fmt.Sprintf("{%% for x in %s%s %%}%s%s{%% else %%}none{%% endfor %%}", g.expression(), g.of([]string{"", " if x", " if x is string"}), g.template(), body)
	case 8:
		return start + " set x = " + g.expression() + " " + end
	case 9:
		return block("set x", "endset")
	case 10:
		return "{% macro f(x, y=" + g.expression() + ") %}" + g.template() + "{{ y }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ f(" + g.expression() + g.of([]string{"", ", 2", ", z=3", ", 1, 2", ", y=x"}) + ") }}"
	case 11:
		return block("filter "+g.of(filters), "endfilter")
	case 12:
		return block("with x = "+g.expression(), "endwith")
	}
	return "{% for a, b in " + g.expression() + " %}{{ a }}{{ b }}{% endfor %}"
}
