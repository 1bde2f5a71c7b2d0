package python

import (
	"math/big"
	"slices"
)

// Item returns container[key]; ok is false if there is none.
func (m *Machine) Item(container, key Value) (v Value, ok bool) {
	switch c := Unnamed(container).(type) {
	case Undefined:
		Refuse(c)
	case *Dict:
		if !Hashable(key) {
			return nil, false
		}
		return c.Get(key)
	case *List:
		return m.element(c.Items, key)
	case Tuple:
		return m.element(c, key)
	case *Range:
		return m.element(m.Items(c), key)
	case string, Markup:
		text, _ := Text(c)
		if i, isInt := Int(key); isInt && i >= 0 && i < len(text) && text[i] < 0x80 && ASCII(text[:i]) {
			return SameKind(c, text[i:i+1]), true
		}
		item, ok := m.element(m.Characters(text), key)
		if !ok {
			return nil, false
		}
		return SameKind(c, item.(string)), true
	}
	return nil, false
}

// Hashable reports whether a value can be a dict's key.
func Hashable(v Value) bool {
	switch v := Unnamed(v).(type) {
	case *List, *Dict, *View:
		return false
	case Tuple:
		return !slices.ContainsFunc(v, func(item Value) bool { return !Hashable(item) })
	}
	return true
}

// element returns the item at an index, counted from the end if negative.
func (m *Machine) element(items []Value, key Value) (Value, bool) {
	i, ok := Int(key)
	if i < 0 {
		i += len(items)
	}
	if !ok || i < 0 || i >= len(items) {
		return nil, false
	}
	return items[i], true
}

// SameKind returns a text as Markup if v is.
func SameKind(v Value, text string) Value {
	if _, ok := v.(Markup); ok {
		return Markup(text)
	}
	return text
}

// Slice returns v[start:stop:step]; a bound that is nil is left out.
func (m *Machine) Slice(v, start, stop, step Value) (Value, bool) {
	var items []Value
	v = Unnamed(v)
	switch v := v.(type) {
	case *List:
		items = v.Items
	case Tuple:
		items = v
	case string, Markup:
		text, _ := Text(v)
		items = m.Characters(text)
	case *Range:
		lo, hi, by := Bounds(v.Len(), start, stop, step)
		return &Range{v.Start + lo*v.Step, v.Start + hi*v.Step, v.Step * by}, true
	case Undefined:
		Refuse(v)
	default:
		return nil, false
	}
	var picked []Value
	lo, hi, by := Bounds(len(items), start, stop, step)
	for i := lo; by > 0 && i < hi || by < 0 && i > hi; i += by {
		picked = append(picked, items[i])
	}
	m.Allocate(16 * len(picked))
	switch v := v.(type) {
	case *List:
		return &List{picked}, true
	case Tuple:
		return Tuple(picked), true
	default:
		return SameKind(v, concat(picked)), true
	}
}

// concat joins characters.
func concat(characters []Value) string {
	var out []byte
	for _, c := range characters {
		out = append(out, c.(string)...)
	}
	return string(out)
}

// Bounds returns the range of indices of a slice.
func Bounds(n int, start, stop, step Value) (lo, hi, by int) {
	by = 1
	if step != nil {
		by = ClampIndex(step, n+1)
	}
	if by == 0 {
		Fail("slice step cannot be zero")
	}
	clip := func(v Value, missing, low, high int) int {
		if v == nil {
			return missing
		}
		i := ClampIndex(v, n+1)
		if i < 0 {
			i += n
		}
		return max(low, min(i, high))
	}
	if by > 0 {
		return clip(start, 0, 0, n), clip(stop, n, 0, n), by
	}
	return clip(start, n-1, -1, n-1), clip(stop, -1, -1, n-1), by
}

// ClampIndex returns an index, which may be no integer that fits, limited to ±limit.
func ClampIndex(v Value, limit int) int {
	i, ok := BigInt(v)
	if !ok {
		Refuse(v)
		Fail("slice indices must be integers or None or have an __index__ method")
	}
	if i.IsInt64() && i.CmpAbs(big.NewInt(int64(limit))) <= 0 {
		return int(i.Int64())
	}
	return limit * i.Sign()
}

// ASCII reports whether a text is of ASCII alone.
func ASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
