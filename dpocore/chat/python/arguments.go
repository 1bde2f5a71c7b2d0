package python

// Required marks a parameter without a default.
type Required struct{}

// Bind returns the arguments of a function in the order of its parameters, which are given as alternating names and defaults.
func (a Args) Bind(function string, parameters ...Value) []Value {
	n := len(parameters) / 2
	defaults := make([]Value, n)
	for i := range n {
		defaults[i] = parameters[2*i+1]
	}
	bound := a.fill(function, defaults)
	for i := range n {
		name := parameters[2*i]
		if named, ok := a.Named.Get(name); ok {
			if i < len(a.Positional) {
				Fail("%s() got multiple values for argument '%s'", function, name)
			}
			bound[i] = named
		}
	}
	for _, name := range a.Named.keys() {
		known := false
		for i := range n {
			known = known || parameters[2*i] == name
		}
		if !known {
			Fail("%s() got an unexpected keyword argument '%v'", function, name)
		}
	}
	requireAll(function, bound)
	return bound
}

// Take returns the arguments of a function that takes none by name.
func (a Args) Take(function string, defaults ...Value) []Value {
	if a.Named.Len() > 0 {
		Fail("%s() takes no keyword arguments", function)
	}
	bound := a.fill(function, defaults)
	requireAll(function, bound)
	return bound
}

// fill returns the arguments that are given by position, and the defaults of the others.
func (a Args) fill(function string, defaults []Value) []Value {
	if len(a.Positional) > len(defaults) {
		Fail("%s() takes at most %d arguments (%d given)", function, len(defaults), len(a.Positional))
	}
	return append(append(make([]Value, 0, len(defaults)), a.Positional...), defaults[len(a.Positional):]...)
}

func requireAll(function string, bound []Value) {
	for _, v := range bound {
		if v == (Required{}) {
			Fail("%s() is missing an argument", function)
		}
	}
}

// TextArgument returns an argument that must be a text.
func TextArgument(function string, v Value) string {
	text, ok := Text(v)
	if !ok {
		Refuse(v)
		Fail("%s() takes a str, not %s", function, TypeName(v))
	}
	return text
}

// IntArgument returns an argument that must be an integer.
func IntArgument(function string, v Value) int {
	i, ok := Int(v)
	if !ok {
		Refuse(v)
		if _, isInt := BigInt(v); isInt {
			Fail("Python int too large to convert to C ssize_t")
		}
		Fail("%s() takes an int, not %s", function, TypeName(v))
	}
	return i
}
