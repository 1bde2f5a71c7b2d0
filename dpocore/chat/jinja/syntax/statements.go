package syntax

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Names tells which filters, tests and methods a template may use.
type Names interface {
	Known(kind, name string) bool       // of a filter or test
	Unsupported(kind, name string) bool // of a filter or method that Jinja2 has, and that can't be rendered
}

// Parse parses a template. It also returns the names of the variables that it reads.
func Parse(source string, names Names) (body []Statement, reads map[string]bool, err error) {
	defer func() {
		if failure := recover(); failure != nil {
			e, ok := failure.(*Error)
			if !ok {
				panic(failure)
			}
			err = e
		}
	}()
	p := &parser{source: strings.TrimSuffix(strings.ReplaceAll(strings.ReplaceAll(source, "\r\n", "\n"), "\r", "\n"), "\n"), tokens: lex(source), used: map[string]bool{}, names: names}
	body, _ = p.block()
	return body, p.used, nil
}

// block is body for all but {% if %}: what it uses must exist.
func (p *parser) block(until ...string) (body []Statement, found string) {
	mark := len(p.unknown)
	body, found = p.body(until...)
	if len(p.unknown) > mark {
		panic(p.unknown[mark])
	}
	return body, found
}

// body parses statements up to a tag with one of some names, and returns that name.
func (p *parser) body(until ...string) (body []Statement, found string) {
	if p.depth++; p.depth > maxNesting {
		p.fail("it is nested more than %d deep", maxNesting)
	}
	defer func() { p.depth-- }()
	for {
		t := p.now()
		switch t.kind {
		case text:
			p.next()
			body = append(body, Statement{Line: t.line, Node: &Text{t.text}})
			continue
		case end:
			if len(until) > 0 {
				p.fail("unexpected end of the template: {%% %s %%} is missing", until[len(until)-1])
			}
			return body, ""
		}
		p.next()
		if t.kind == printStart {
			e := p.tuple(p.expression, false)
			p.close(printEnd)
			body = append(body, p.statement(t, &Print{e}))
			continue
		}
		if p.now().kind != name {
			p.fail("tag name expected")
		}
		tag := p.next().text
		if slices.Contains(until, tag) {
			return body, tag
		}
		body = append(body, p.statement(t, p.tag(tag)))
	}
}

// statement returns a statement that began at a token.
func (p *parser) statement(start token, node any) Statement {
	return Statement{start.line, snippet(p.source[start.at:]), node}
}

// snippet returns the tag at the start of source, shortened.
func snippet(source string) string {
	closing := map[bool]string{true: "}}", false: "%}"}[strings.HasPrefix(source, "{{")]
	if at := strings.Index(source, closing); at >= 0 {
		source = source[:at+2]
	}
	source = strings.Join(strings.Fields(source), " ")
	const most = 100
	if len(source) > most {
		cut := most
		for !utf8.RuneStart(source[cut]) {
			cut--
		}
		source = source[:cut] + "…"
	}
	return source
}

// close moves over the end of a tag.
func (p *parser) close(k kind) {
	if p.now().kind != k {
		p.fail("expected the end of the tag, got %s", p.now().describe())
	}
	p.next()
}

// open moves over the end of a tag that has a body. As in Python, it may have a colon.
func (p *parser) open() {
	p.take(operator, ":")
	p.close(blockEnd)
}

// tag parses the statement of a tag.
func (p *parser) tag(tag string) any {
	switch tag {
	case "if":
		return p.ifTag()
	case "for":
		return p.forTag()
	case "set":
		return p.setTag()
	case "with":
		return p.withTag()
	case "filter":
		f := &FilterBlock{Filter: p.filterChain()}
		p.open()
		f.Body = p.inner("endfilter")
		return f
	case "macro":
		return p.macroTag()
	case "call":
		return p.callTag()
	case "generation":
		p.open()
		return &Generation{p.inner("endgeneration")}
	case "break", "continue":
		if p.loops == 0 {
			p.fail("{%% %s %%} outside of a loop", tag)
		}
		p.close(blockEnd)
		if tag == "break" {
			return &Break{}
		}
		return &Continue{}
	case "include", "import", "from", "extends", "block", "autoescape":
		p.fail("{%% %s %%} is not allowed in a chat template; write out the template instead of including parts", tag)
	}
	p.fail("unknown tag '%s'", tag)
	return nil
}

// inner parses a body in which an outer loop can't be ended, and the tag after it.
func (p *parser) inner(until string) []Statement {
	loops := p.loops
	p.loops = 0
	body, _ := p.block(until)
	p.loops = loops
	p.close(blockEnd)
	return body
}

func (p *parser) ifTag() any {
	i, mark := &If{}, len(p.unknown)
	for tag := "if"; tag != "endif"; {
		if tag != "else" {
			i.Conditions = append(i.Conditions, p.tuple(p.expression, false))
		}
		p.open()
		ends := []string{"elif", "else", "endif"}
		if tag == "else" {
			ends = ends[2:]
		}
		var body []Statement
		body, tag = p.body(ends...)
		i.Bodies = append(i.Bodies, body)
	}
	p.close(blockEnd)
	p.unknown = p.unknown[:mark] // a branch that may not run fails when it does
	return i
}

func (p *parser) forTag() any {
	f := &For{Target: p.target(false, "in")}
	if !p.take(name, "in") {
		p.fail("expected 'in', got %s", p.now().describe())
	}
	f.Items = p.tuple(p.or, false, "recursive")
	if p.take(name, "if") {
		f.If = p.expression()
	}
	f.Recursive = p.take(name, "recursive")
	p.open()
	p.loops++
	body, tag := p.block("else", "endfor")
	p.loops--
	f.Body = body
	if tag == "else" {
		p.open()
		f.Else, _ = p.block("endfor")
	}
	p.close(blockEnd)
	return f
}

// target parses what a value is assigned to, up to one of some names.
func (p *parser) target(members bool, ends ...string) Expr {
	return p.tuple(func() Expr { return p.oneTarget(members) }, false, ends...)
}

func (p *parser) oneTarget(members bool) Expr {
	if p.take(operator, "(") {
		t := p.target(members)
		p.expect(")")
		return t
	}
	n := p.expectName()
	if _, constant := constants[n]; constant {
		p.fail("can't assign to '%s'", n)
	}
	if members && p.take(operator, ".") {
		return &Member{n, p.expectName()}
	}
	return &Name{n}
}

func (p *parser) setTag() any {
	target := p.target(true)
	if p.take(operator, "=") {
		s := &Set{target, p.tuple(p.expression, false)}
		p.close(blockEnd)
		return s
	}
	s := &SetBlock{Target: target}
	if p.take(operator, "|") {
		s.Filter = p.filterChain()
	}
	p.open()
	s.Body = p.inner("endset")
	return s
}

// filterChain parses filters of a block, whose innermost Of is nil.
func (p *parser) filterChain() Expr {
	f := p.filter(nil)
	for p.take(operator, "|") {
		f = p.filter(f)
	}
	return f
}

func (p *parser) withTag() any {
	w := &With{}
	for p.now().kind != blockEnd && !p.is(":") {
		if len(w.Targets) > 0 {
			p.expect(",")
		}
		w.Targets = append(w.Targets, p.oneTarget(false))
		p.expect("=")
		w.Values = append(w.Values, p.expression())
	}
	p.open()
	w.Body, _ = p.block("endwith")
	p.close(blockEnd)
	return w
}

func (p *parser) macroTag() any {
	m := &Macro{Name: p.expectName()}
	p.signature(m)
	p.macroBody(m, "endmacro")
	return m
}

// signature parses the parameters of a macro.
func (p *parser) signature(m *Macro) {
	p.expect("(")
	for !p.take(operator, ")") {
		if len(m.Parameters) > 0 {
			p.expect(",")
		}
		m.Parameters = append(m.Parameters, p.expectName())
		if p.take(operator, "=") {
			m.Defaults = append(m.Defaults, p.expression())
		} else if len(m.Defaults) > 0 {
			p.fail("non-default argument follows default argument")
		}
	}
}

// macroBody parses the body of a macro and notes which special names it uses.
func (p *parser) macroBody(m *Macro, until string) {
	p.open()
	outer := p.used
	p.used = map[string]bool{}
	m.Body = p.inner(until)
	m.Caller, m.Varargs, m.Kwargs = p.used["caller"], p.used["varargs"], p.used["kwargs"]
	for n := range p.used {
		outer[n] = true
	}
	p.used = outer
}

func (p *parser) callTag() any {
	caller := &Macro{}
	if p.is("(") {
		p.signature(caller)
	}
	call, ok := p.expression().(*Call)
	if !ok {
		p.fail("expected a call")
	}
	p.macroBody(caller, "endcall")
	return &CallBlock{call, caller}
}
