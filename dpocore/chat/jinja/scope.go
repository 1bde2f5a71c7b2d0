package jinja

import "example.com/gonb-dpo/dpocore/chat/python"

// scope has the variables of a block. A loop's body, a macro and most other blocks have their own; those of {% if %} have not.
type scope struct {
	outer     *scope
	variables []variable
}

type variable struct {
	name  string
	value python.Value
}

func (s *scope) inner() *scope { return &scope{outer: s} }

// set sets a variable of this scope.
func (s *scope) set(name string, v python.Value) {
	for i := range s.variables {
		if s.variables[i].name == name {
			s.variables[i].value = v
			return
		}
	}
	s.variables = append(s.variables, variable{name, v})
}

// get returns a variable of this scope or of one around it, or a global.
func (s *scope) get(name string) python.Value {
	for ; s != nil; s = s.outer {
		for i := range s.variables {
			if s.variables[i].name == name {
				return s.variables[i].value
			}
		}
	}
	if v, ok := globals[name]; ok {
		return v
	}
	return python.Undefined{Why: "'" + name + "' is undefined"}
}
