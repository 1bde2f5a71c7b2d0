package syntax

// postfix parses what follows an operand: attributes, items and calls.
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
