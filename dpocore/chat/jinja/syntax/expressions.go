package syntax

import "example.com/gonb-dpo/dpocore/chat/python"

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
