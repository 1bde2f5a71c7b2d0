package builtin

import (
	"slices"
	"strconv"
	"strings"

	"example.com/gonb-dpo/dpocore/chat/python"
	"example.com/gonb-dpo/dpocore/chat/python/methods"
)

// getter returns a function that looks up an attribute such as "a.0.b"; nil is the value itself. A default that is not nil
// replaces what is undefined.
func getter(m *machine, attribute, fallback value) func(value) value {
	var parts []value
	if text, ok := python.Text(attribute); ok {
		for _, part := range strings.Split(text, ".") {
			if n, err := strconv.Atoi(part); err == nil && !strings.HasPrefix(part, "-") && !strings.HasPrefix(part, "+") {
				parts = append(parts, n)
			} else {
				parts = append(parts, part)
			}
		}
	} else if attribute != nil {
		parts = []value{attribute}
	}
	return func(v value) value {
		for _, part := range parts {
			v = methods.GetItem(m, v, part)
			if _, undefined := v.(python.Undefined); undefined && fallback != nil {
				v = fallback
			}
		}
		return v
	}
}

// folded returns a text in lower case unless case matters.
func folded(v, caseSensitive value) value {
	if text, ok := python.Text(v); ok && !python.Truth(caseSensitive) {
		return methods.Lower(text)
	}
	return v
}

type keyed struct{ key, item value }

// sorted returns items with their keys, sorted by key, stably.
func sorted(m *machine, items []value, key func(value) value, reverse bool) []keyed {
	all := make([]keyed, len(items))
	for i, item := range items {
		all[i] = keyed{key(item), item}
	}
	slices.SortStableFunc(all, func(a, b keyed) int {
		order, _ := m.Compare("<", a.key, b.key)
		if reverse {
			return -order
		}
		return order
	})
	return all
}

func itemsOf(all []keyed) []value {
	items := make([]value, len(all))
	for i, k := range all {
		items[i] = k.item
	}
	return items
}

func sortFilter(m *machine, v value, a args) value {
	b := a.Bind("sort", "reverse", false, "case_sensitive", false, "attribute", nil)
	keys := []func(value) value{getter(m, b[2], nil)}
	if text, ok := python.Text(b[2]); ok {
		keys = nil
		for _, part := range strings.Split(text, ",") {
			keys = append(keys, getter(m, part, nil))
		}
	}
	key := func(item value) value {
		list := python.NewList()
		for _, k := range keys {
			list.Items = append(list.Items, folded(k(item), b[1]))
		}
		return list
	}
	return python.NewList(itemsOf(sorted(m, m.Items(v), key, python.Truth(b[0])))...)
}

func dictsort(m *machine, v value, a args) value {
	b := a.Bind("dictsort", "case_sensitive", false, "by", "key", "reverse", false)
	position := 0
	switch b[1] {
	case "key":
	case "value":
		position = 1
	default:
		python.Fail("dictsort sorts by either \"key\" or \"value\"")
	}
	key := func(item value) value { return folded(item.(python.Tuple)[position], b[0]) }
	return python.NewList(itemsOf(sorted(m, pairs(m, v), key, python.Truth(b[2])))...)
}

// pairs returns the items of a dict.
func pairs(m *machine, v value) []value {
	d, ok := v.(*python.Dict)
	if !ok {
		python.Fail("can only get item pairs from a mapping, not from %s", python.TypeName(v))
	}
	return m.Items(&python.View{Of: d, Kind: "items"})
}

// extreme is min or max.
func extreme(name string, wanted int) Func {
	return func(m *machine, v value, a args) value {
		b := a.Bind(name, "case_sensitive", false, "attribute", nil)
		get := getter(m, b[1], nil)
		items := m.Items(v)
		if len(items) == 0 {
			return python.Undefined{Why: "No aggregated item, sequence was empty."}
		}
		best, bestKey := items[0], folded(get(items[0]), b[0])
		for _, item := range items[1:] {
			key := folded(get(item), b[0])
			if order, ok := m.Compare("<", key, bestKey); ok && order*wanted > 0 {
				best, bestKey = item, key
			}
		}
		return best
	}
}

func unique(m *machine, v value, a args) value {
	b := a.Bind("unique", "case_sensitive", false, "attribute", nil)
	get, seen := getter(m, b[1], nil), python.NewDict()
	return filtered(m, v, func(item value) bool {
		key := folded(get(item), b[0])
		_, known := seen.Get(key)
		seen.Set(key, nil)
		return !known
	})
}

// filtered is an iterator over the items of v that a function wants. It fails only when it is used.
func filtered(m *machine, v value, wanted func(item value) bool) value {
	var next func() (value, bool)
	return &python.Iterator{Next: func() (value, bool) {
		if next == nil {
			next = m.Iterate(v)
		}
		for item, ok := next(); ok; item, ok = next() {
			if wanted(item) {
				return item, true
			}
		}
		return nil, false
	}}
}

func groupby(m *machine, v value, a args) value {
	b := a.Bind("groupby", "attribute", required, "default", nil, "case_sensitive", false)
	get := getter(m, b[0], b[1])
	all := sorted(m, m.Items(v), func(item value) value { return folded(get(item), b[2]) }, false)
	groups := python.NewList()
	for i := 0; i < len(all); {
		items := python.NewList()
		first := all[i]
		for ; i < len(all) && m.Equal(all[i].key, first.key); i++ {
			items.Items = append(items.Items, all[i].item)
		}
		groups.Items = append(groups.Items, python.Group{Grouper: get(first.item), List: items})
	}
	return groups
}

// selecting is select, reject, selectattr or rejectattr.
func selecting(wanted, attribute bool) Func {
	return func(m *machine, v value, a args) value {
		var passes func(value) bool
		if !python.Truth(v) {
			v = python.NewList()
		}
		return filtered(m, v, func(item value) bool {
			if passes == nil {
				passes = condition(m, a, attribute)
			}
			return passes(item) == wanted
		})
	}
}

// condition returns a function that tests an item, or its attribute, with the test that the arguments name, or else for truth.
func condition(m *machine, a args, attribute bool) func(value) bool {
	get, rest := func(item value) value { return item }, a.Positional
	if attribute {
		if len(rest) == 0 {
			python.Fail("Missing parameter for attribute name")
		}
		get, rest = getter(m, rest[0], nil), rest[1:]
	}
	if len(rest) == 0 {
		return func(item value) bool { return python.Truth(get(item)) }
	}
	name, _ := python.Text(rest[0])
	return func(item value) bool {
		return python.Truth(call(m, "test", name, get(item), args{Positional: rest[1:], Named: a.Named}))
	}
}

func mapFilter(m *machine, v value, a args) value {
	var next func() (value, bool)
	var each func(value) value
	return &python.Iterator{Next: func() (value, bool) {
		if next == nil {
			if next = m.Iterate(python.NewList()); python.Truth(v) {
				each, next = mapping(m, a), m.Iterate(v)
			}
		}
		item, ok := next()
		if !ok {
			return nil, false
		}
		return each(item), true
	}}
}

// mapping returns the function that the arguments of map name: an attribute or a filter.
func mapping(m *machine, a args) func(value) value {
	if attribute, ok := a.Named.Get("attribute"); ok && len(a.Positional) == 0 {
		b := a.Bind("map", "attribute", required, "default", nil)
		return getter(m, attribute, b[1])
	}
	if len(a.Positional) == 0 {
		python.Fail("map requires a filter argument")
	}
	name, _ := python.Text(a.Positional[0])
	return func(item value) value {
		return call(m, "filter", name, item, args{Positional: a.Positional[1:], Named: a.Named})
	}
}
