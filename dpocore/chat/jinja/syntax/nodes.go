// Package syntax parses Jinja templates as Jinja2 does with trim_blocks, lstrip_blocks and the tags break, continue and generation.
//
// Start with [Parse]; nodes.go lists what it returns.
package syntax

import "example.com/gonb-dpo/dpocore/chat/python"

// Expr is an expression.
type Expr any

// Expressions.
type (
	// Const is a literal.
	Const struct{ Value python.Value }
	// Name is a variable.
	Name struct{ Name string }
	// ListOf is a list's display.
	ListOf struct{ Items []Expr }
	// TupleOf is a tuple's display, or several targets.
	TupleOf struct{ Items []Expr }
	// DictOf is a dict's display.
	DictOf struct{ Keys, Values []Expr }
	// Attribute is Of.Name.
	Attribute struct {
		Of   Expr
		Name string
	}
	// Item is Of[Key].
	Item struct{ Of, Key Expr }
	// Slice is Of[Start:Stop:Step]; parts may be nil.
	Slice struct{ Of, Start, Stop, Step Expr }
	// Call calls a function.
	Call struct {
		Function Expr
		Args     Args
	}
	// Filter applies a filter; Of is nil in {% filter %} and {% set x | filter %}.
	Filter struct {
		Of   Expr
		Name string
		Args Args
	}
	// Test is Of is Name.
	Test struct {
		Of   Expr
		Name string
		Args Args
	}
	// Unary is not, - or +.
	Unary struct {
		Operator string
		Of       Expr
	}
	// Binary is an arithmetic operator, and, or.
	Binary struct {
		Operator    string
		Left, Right Expr
	}
	// Concat is a ~ b ~ c.
	Concat struct{ Parts []Expr }
	// Compare is a chain of comparisons.
	Compare struct {
		First     Expr
		Operators []string
		Rest      []Expr
	}
	// Condition is Then if If else Else; Else may be nil.
	Condition struct{ If, Then, Else Expr }
)

// Args are the arguments of a call.
type Args struct {
	Positional []Expr
	Names      []string
	Named      []Expr
	Star       Expr // *args, or nil
	StarStar   Expr // **kwargs, or nil
}

// Statement is a part of a template, with its place in the source.
type Statement struct {
	Line int
	Text string // the tag, for errors
	Node any
}

// Statements.
type (
	// Text is literal text.
	Text struct{ Text string }
	// Print is {{ … }}.
	Print struct{ Of Expr }
	// If is {% if %}.
	If struct {
		Conditions []Expr
		Bodies     [][]Statement // one for each condition, and one more if there is an else
	}
	// For is {% for %}.
	For struct {
		Target, Items, If Expr
		Recursive         bool
		Body, Else        []Statement
	}
	// Set is {% set a = … %}. A target is a Name, a Member or a TupleOf them.
	Set struct{ Target, Value Expr }
	// Member is a target in a namespace.
	Member struct{ Namespace, Name string }
	// SetBlock is {% set a %}…{% endset %}.
	SetBlock struct {
		Target Expr
		Filter Expr // or nil
		Body   []Statement
	}
	// With is {% with %}.
	With struct {
		Targets, Values []Expr
		Body            []Statement
	}
	// FilterBlock is {% filter %}.
	FilterBlock struct {
		Filter Expr
		Body   []Statement
	}
	// Macro is {% macro %}, or the body of {% call %}.
	Macro struct {
		Name                    string
		Parameters              []string
		Defaults                []Expr // of the last parameters
		Body                    []Statement
		Caller, Varargs, Kwargs bool // the body uses these names
	}
	// CallBlock is {% call %}.
	CallBlock struct {
		Call   *Call
		Caller *Macro
	}
	// Generation is {% generation %}.
	Generation struct{ Body []Statement }
	// Break is {% break %}, Continue is {% continue %}.
	Break struct{}
	// Continue is {% continue %}.
	Continue struct{}
)
