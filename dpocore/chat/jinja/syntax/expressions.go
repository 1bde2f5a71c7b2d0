package syntax

import "example.com/gonb-dpo/dpocore/chat/python"

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

// expression parses a conditional expression.
func (p *parser) expression() Expr {
	if p.depth++; p.depth > maxNesting {
		p.fail("it is nested more than %d deep", maxNesting)
	}
	defer func() { p.depth-- }()
	mark := len(p.unknown)
	e := p.or()
	for p.take(name, "if") {
		c := &Condition{Then: e}
		if c.If = p.or(); p.take(name, "else") {
			c.Else = p.expression()
		}
		p.unknown = p.unknown[:mark] // a branch that may not run fails when it does
		e = c
	}
	return e
}

func (p *parser) or() Expr {
	e := p.and()
	for p.take(name, "or") {
		e = &Binary{"or", e, p.and()}
	}
	return e
}

func (p *parser) and() Expr {
	e := p.not()
	for p.take(name, "and") {
		e = &Binary{"and", e, p.not()}
	}
	return e
}

func (p *parser) not() Expr {
	if p.take(name, "not") {
		if p.depth++; p.depth > maxNesting {
			p.fail("it is nested more than %d deep", maxNesting)
		}
		defer func() { p.depth-- }()
		return &Unary{"not", p.not()}
	}
	return p.compare()
}

func (p *parser) compare() Expr {
	c := &Compare{First: p.sum()}
	for {
		switch {
		case p.is("==", "!=", "<", "<=", ">", ">="):
			c.Operators = append(c.Operators, p.next().text)
		case p.take(name, "in"):
			c.Operators = append(c.Operators, "in")
		case p.isName("not") && p.tokens[p.at+1].kind == name && p.tokens[p.at+1].text == "in":
			p.next()
			p.next()
			c.Operators = append(c.Operators, "not in")
		case len(c.Rest) == 0:
			return c.First
		default:
			return c
		}
		c.Rest = append(c.Rest, p.sum())
	}
}

func (p *parser) sum() Expr {
	return p.left(p.concat, "+", "-")
}

func (p *parser) concat() Expr {
	parts := []Expr{p.product()}
	for p.take(operator, "~") {
		parts = append(parts, p.product())
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return &Concat{parts}
}

func (p *parser) product() Expr { return p.left(p.power, "*", "/", "//", "%") }

func (p *parser) power() Expr {
	return p.left(func() Expr { return p.unary(true) }, "**")
}

// left parses operators that group from the left.
func (p *parser) left(operand func() Expr, operators ...string) Expr {
	e := operand()
	for p.is(operators...) {
		o := p.next().text
		e = &Binary{o, e, operand()}
	}
	return e
}

func (p *parser) unary(filters bool) Expr {
	var e Expr
	if p.is("-", "+") {
		if p.depth++; p.depth > maxNesting {
			p.fail("it is nested more than %d deep", maxNesting)
		}
		e = &Unary{p.next().text, p.unary(false)}
		p.depth--
	} else {
		e = p.primary()
	}
	e = p.postfix(e)
	if filters {
		e = p.filters(e)
	}
	return e
}

var constants = map[string]python.Value{"true": true, "True": true, "false": false, "False": false, "none": nil, "None": nil}

func (p *parser) primary() Expr {
	switch t := p.now(); {
	case t.kind == name:
		p.next()
		if v, ok := constants[t.text]; ok {
			return &Const{v}
		}
		p.used[t.text] = true
		return &Name{t.text}
	case t.kind == literal:
		p.next()
		text, isText := t.value.(string)
		for isText && p.now().kind == literal {
			more, ok := p.now().value.(string)
			if !ok {
				break
			}
			text += more
			p.next()
		}
		if isText {
			return &Const{text}
		}
		return &Const{t.value}
	case p.take(operator, "("):
		e := p.tuple(p.expression, true)
		p.expect(")")
		return e
	case p.take(operator, "["):
		return &ListOf{p.sequence("]", p.expression)}
	case p.take(operator, "{"):
		d := &DictOf{}
		d.Keys = p.sequence("}", func() Expr {
			key := p.expression()
			p.expect(":")
			d.Values = append(d.Values, p.expression())
			return key
		})
		return d
	}
	p.fail("unexpected %s", p.now().describe())
	return nil
}

// sequence parses items between commas up to a closing bracket; a comma may be last.
func (p *parser) sequence(closing string, item func() Expr) []Expr {
	var items []Expr
	for !p.take(operator, closing) {
		if len(items) > 0 {
			p.expect(",")
			if p.take(operator, closing) {
				break
			}
		}
		items = append(items, item())
	}
	return items
}

// tuple parses one expression, or several between commas, up to one of some names.
func (p *parser) tuple(item func() Expr, parentheses bool, ends ...string) Expr {
	var items []Expr
	isTuple := false
	for {
		if t := p.now(); t.kind == printEnd || t.kind == blockEnd || p.is(")") || p.isName(ends...) {
			break
		}
		items = append(items, item())
		if !p.take(operator, ",") {
			break
		}
		isTuple = true
	}
	if !isTuple && len(items) == 1 {
		return items[0]
	}
	if !isTuple && !parentheses {
		p.fail("expected an expression, got %s", p.now().describe())
	}
	return &TupleOf{items}
}

func (p *parser) postfix(e Expr) Expr {
	for {
		switch {
		case p.take(operator, "."):
			t := p.next()
			if t.kind == name {
				e = &Attribute{e, t.text}
			} else if i, ok := t.value.(int); ok {
				e = &Item{e, &Const{i}}
			} else {
				p.fail("expected a name or number after '.'")
			}
		case p.take(operator, "["):
			e = p.subscript(e)
		case p.is("("):
			if method, ok := e.(*Attribute); ok && p.names.Unsupported("method", method.Name) {
				p.fail("the method %s is not supported in a chat template", method.Name)
			}
			e = &Call{e, p.args()}
		default:
			return e
		}
	}
}

func (p *parser) subscript(of Expr) Expr {
	var start Expr
	if p.take(operator, "]") {
		return &Item{of, &TupleOf{}}
	}
	if !p.is(":") {
		if start = p.expression(); !p.is(":") {
			keys := []Expr{start}
			for p.take(operator, ",") {
				keys = append(keys, p.expression())
			}
			p.expect("]")
			if len(keys) > 1 {
				return &Item{of, &TupleOf{keys}}
			}
			return &Item{of, start}
		}
	}
	s := &Slice{Of: of, Start: start}
	p.expect(":")
	if !p.is(":", "]") {
		s.Stop = p.expression()
	}
	if p.take(operator, ":") && !p.is("]") {
		s.Step = p.expression()
	}
	p.expect("]")
	return s
}

// args parses the arguments of a call.
func (p *parser) args() Args {
	var a Args
	p.expect("(")
	for first := true; !p.take(operator, ")"); first = false {
		if !first {
			p.expect(",")
			if p.take(operator, ")") {
				break
			}
		}
		switch next := p.tokens[min(p.at+1, len(p.tokens)-1)]; {
		case p.take(operator, "*"):
			a.Star = p.expression()
		case p.take(operator, "**"):
			a.StarStar = p.expression()
		case p.now().kind == name && next.kind == operator && next.text == "=":
			a.Names = append(a.Names, p.next().text)
			p.next()
			a.Named = append(a.Named, p.expression())
		case len(a.Names) > 0 || a.Star != nil || a.StarStar != nil:
			p.fail("invalid syntax for function call expression")
		default:
			a.Positional = append(a.Positional, p.expression())
		}
	}
	return a
}

// filters parses filters and tests after an expression.
func (p *parser) filters(e Expr) Expr {
	for {
		switch {
		case p.take(operator, "|"):
			e = p.filter(e)
		case p.take(name, "is"):
			e = p.test(e)
		case p.is("("):
			e = &Call{e, p.args()}
		default:
			return e
		}
	}
}

// filter parses a filter's name and arguments.
func (p *parser) filter(of Expr) Expr {
	f := &Filter{Of: of, Name: p.dotted()}
	p.check("filter", f.Name)
	if p.is("(") {
		f.Args = p.args()
	}
	return f
}

func (p *parser) dotted() string {
	n := p.expectName()
	for p.take(operator, ".") {
		n += "." + p.expectName()
	}
	return n
}

// check notes a filter or test that does not exist, and refuses one that is not supported.
func (p *parser) check(kind, name string) {
	if p.names.Unsupported(kind, name) {
		p.fail("the %s %s is not supported in a chat template", kind, name)
	}
	if !p.names.Known(kind, name) {
		p.unknown = append(p.unknown, &Error{p.now().line, "no " + kind + " named '" + name + "'"})
	}
}

func (p *parser) test(of Expr) Expr {
	negated := p.take(name, "not")
	t := &Test{Of: of, Name: p.dotted()}
	p.check("test", t.Name)
	switch k := p.now().kind; {
	case p.is("("):
		t.Args = p.args()
	case p.isName("is"):
		p.fail("you cannot chain multiple tests with is")
	case (k == name && !p.isName("else", "or", "and")) || k == literal || p.is("[", "{"):
		t.Args.Positional = []Expr{p.postfix(p.primary())}
	}
	if negated {
		return &Unary{"not", t}
	}
	return t
}
