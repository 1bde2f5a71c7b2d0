package methods

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/chat/python"
)

// GetAttr returns v.name as Jinja's sandbox does: an attribute, or else an item.
func GetAttr(m *machine, v value, name string) value {
	if attribute, ok := Attr(m, v, name); ok {
		return attribute
	}
	if item, ok := m.Item(v, name); ok {
		return item
	}
	return Missing(m, v, name)
}

// GetItem returns v[key] as Jinja's sandbox does: an item, or else an attribute.
func GetItem(m *machine, v, key value) value {
	if item, ok := m.Item(v, key); ok {
		return item
	}
	if name, ok := python.Text(key); ok {
		if attribute, ok := Attr(m, v, name); ok {
			return attribute
		}
	}
	return Missing(m, v, key)
}

// Missing returns the Undefined of an attribute or item that does not exist.
func Missing(m *machine, v, key value) value {
	object := python.TypeName(v) + " object"
	if v == nil {
		object = "None"
	}
	if name, ok := python.Text(key); ok {
		return python.Undefined{Why: fmt.Sprintf("'%s' has no attribute '%s'", object, name)}
	}
	switch key.(type) {
	case int, bool, float64, nil:
		return python.Undefined{Why: fmt.Sprintf("%s has no element %s", object, m.Repr(key))}
	}
	return python.Undefined{Why: fmt.Sprintf("%s has no such element", object)}
}
