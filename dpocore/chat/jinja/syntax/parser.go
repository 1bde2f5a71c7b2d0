package syntax

// maxNesting limits the depth of a template.
const maxNesting = 200

type parser struct {
	source string
	tokens []token
	at     int
	depth  int
	loops  int // loops around the current statement, within its macro

	used    map[string]bool // names used in the current macro
	unknown []*Error        // filters and tests that don't exist, and may not be needed
	names   Names
}

func (p *parser) now() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if p.at+1 < len(p.tokens) {
		p.at++
	}
	return t
}

func (p *parser) fail(format string, args ...any) {
	(&lexer{line: p.now().line}).fail(format, args...)
}

// is reports whether the next token is an operator.
func (p *parser) is(operators ...string) bool { return p.isKind(operator, operators) }

// isName reports whether the next token is one of some names.
func (p *parser) isName(names ...string) bool { return p.isKind(name, names) }

func (p *parser) isKind(k kind, texts []string) bool {
	t := p.now()
	for _, text := range texts {
		if t.kind == k && t.text == text {
			return true
		}
	}
	return false
}

// take moves over an operator or name, if it is next.
func (p *parser) take(k kind, text string) bool {
	if p.isKind(k, []string{text}) {
		p.next()
		return true
	}
	return false
}

func (p *parser) expect(text string) {
	if !p.take(operator, text) {
		p.fail("expected '%s', got %s", text, p.now().describe())
	}
}

func (p *parser) expectName() string {
	if p.now().kind != name {
		p.fail("expected a name, got %s", p.now().describe())
	}
	return p.next().text
}

func (t token) describe() string {
	switch t.kind {
	case printEnd:
		return "the end of the print statement"
	case blockEnd:
		return "the end of the statement"
	case end:
		return "the end of the template"
	}
	return "'" + t.text + "'"
}
