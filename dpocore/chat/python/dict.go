package python

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
)

// Dict is a dict, in the order in which its keys were set.
type Dict struct {
	Keys   []Value
	values map[any]Value
}

// View is the keys, values or items of a dict.
type View struct {
	Of   *Dict
	Kind string // keys, values or items
}

// NewDict returns a dict of alternating keys and values.
func NewDict(pairs ...Value) *Dict {
	d := &Dict{values: map[any]Value{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		d.Set(pairs[i], pairs[i+1])
	}
	return d
}

type (
	noneKey      struct{}
	undefinedKey struct{}
	tupleKey     string
	bigKey       string
)

// hashed returns a Go value that is equal for keys that are equal in Python.
func hashed(key Value) any {
	switch key := key.(type) {
	case nil:
		return noneKey{}
	case bool:
		if key {
			return 1
		}
		return 0
	case float64:
		if key == math.Trunc(key) && math.Abs(key) < 1<<53 {
			return int(key)
		}
		return key
	case *big.Int:
		return bigKey(key.String())
	case Markup:
		return string(key)
	case Group:
		return hashed(Unnamed(key))
	case Tuple:
		var parts []string
		for _, item := range key {
			h := hashed(item)
			parts = append(parts, fmt.Sprintf("%T:%q", h, fmt.Sprint(h)))
		}
		return tupleKey(strings.Join(parts, ","))
	case Undefined:
		return undefinedKey{}
	case *List, *Dict, *View:
		Fail("unhashable type: '%s'", TypeName(key))
	}
	return key
}

// Get returns the value of a key.
func (d *Dict) Get(key Value) (Value, bool) {
	if d == nil {
		return nil, false
	}
	v, ok := d.values[hashed(key)]
	return v, ok
}

// Set sets the value of a key.
func (d *Dict) Set(key, value Value) {
	h := hashed(key)
	if _, ok := d.values[h]; !ok {
		d.Keys = append(d.Keys, key)
	}
	d.values[h] = value
}

func (d *Dict) keys() []Value {
	if d == nil {
		return nil
	}
	return d.Keys
}

// Len returns the number of keys; that of a nil dict is 0.
func (d *Dict) Len() int {
	return len(d.keys())
}

// Copy returns a copy of d, with the keys of others set as well.
func (d *Dict) Copy(others ...*Dict) *Dict {
	c := NewDict()
	for _, from := range append([]*Dict{d}, others...) {
		if from == nil {
			continue
		}
		for _, key := range from.Keys {
			v, _ := from.Get(key)
			c.Set(key, v)
		}
	}
	return c
}

func (v *View) items() []Value {
	if v.Kind == "keys" {
		return v.Of.Keys
	}
	items := make([]Value, len(v.Of.Keys))
	for i, key := range v.Of.Keys {
		value, _ := v.Of.Get(key)
		if items[i] = value; v.Kind == "items" {
			items[i] = Tuple{key, value}
		}
	}
	return items
}

// Delete removes a key.
func (d *Dict) Delete(key Value) {
	h := hashed(key)
	if _, ok := d.values[h]; !ok {
		return
	}
	delete(d.values, h)
	d.Keys = slices.DeleteFunc(d.Keys, func(k Value) bool { return hashed(k) == h })
}
