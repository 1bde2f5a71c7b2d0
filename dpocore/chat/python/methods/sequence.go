package methods

import "example.com/gonb-dpo/dpocore/chat/python"

var sequenceMethods = map[string]methodOf[[]value]{
	"count": func(m *machine, self []value, a args) value {
		item, n := a.Take("count", required)[0], 0
		for _, v := range self {
			if m.Equal(v, item) {
				n++
			}
		}
		return n
	},
	"index": func(m *machine, self []value, a args) value {
		b := a.Take("index", required, 0, len(self))
		lo, hi, _ := python.Bounds(len(self), b[1], b[2], nil)
		for i := lo; i < hi; i++ {
			if m.Equal(self[i], b[0]) {
				return i
			}
		}
		python.Fail("%s is not in list", m.Repr(b[0]))
		return nil
	},
}

var listMethods = map[string]methodOf[[]value]{
	"count": sequenceMethods["count"],
	"index": sequenceMethods["index"],
	"copy": func(m *machine, self []value, a args) value {
		a.Take("copy")
		m.Allocate(16 * len(self))
		return python.NewList(append([]value{}, self...)...)
	},
}

var dictMethods = map[string]methodOf[*python.Dict]{
	"get": func(_ *machine, self *python.Dict, a args) value {
		b := a.Take("get", required, nil)
		if v, ok := self.Get(b[0]); ok {
			return v
		}
		return b[1]
	},
	"keys":   view("keys"),
	"values": view("values"),
	"items":  view("items"),
	"copy": func(m *machine, self *python.Dict, a args) value {
		a.Take("copy")
		m.Allocate(32 * self.Len())
		return self.Copy()
	},
	"fromkeys": func(m *machine, _ *python.Dict, a args) value { return FromKeys(m, a) },
}

func view(kind string) methodOf[*python.Dict] {
	return func(_ *machine, self *python.Dict, a args) value {
		a.Take(kind)
		return &python.View{Of: self, Kind: kind}
	}
}

// FromKeys is dict.fromkeys.
func FromKeys(m *machine, a args) value {
	b, d := a.Take("fromkeys", required, nil), python.NewDict()
	for _, key := range m.Items(b[0]) {
		d.Set(key, b[1])
	}
	return d
}
