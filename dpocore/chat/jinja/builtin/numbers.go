package builtin

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"example.com/gonb-dpo/dpocore/chat/python"
)

func abs(m *machine, v value, a args) value {
	a.Take("abs")
	if f, ok := v.(float64); ok {
		return math.Abs(f)
	}
	if order, ok := m.Compare("<", v, 0); ok && order < 0 {
		return python.Negate(v)
	}
	return python.Positive(v)
}

func sum(m *machine, v value, a args) value {
	b := a.Bind("sum", "attribute", nil, "start", 0)
	get, total := getter(m, b[0], nil), b[1]
	if _, ok := python.Text(total); ok {
		python.Fail("sum() can't sum strings")
	}
	for _, item := range m.Items(v) {
		total = m.Binary("+", total, get(item))
	}
	return total
}

func integer(_ *machine, v value, a args) value {
	b := a.Bind("int", "default", 0, "base", 10)
	if text, ok := python.Text(v); ok {
		base := number("int", b[1])
		if i, ok := parseInteger(text, base); ok {
			return i
		}
		if f, ok := parseFloat(text); ok {
			v = f
		} else {
			return b[0]
		}
	}
	switch v := v.(type) {
	case python.Undefined:
		python.Fail("%s", v.Why)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return b[0]
		}
		whole, _ := big.NewFloat(v).Int(nil)
		return python.Integer(whole)
	case bool:
		i, _ := python.Int(v)
		return i
	case int, *big.Int:
		return v
	}
	return b[0]
}

// parseInteger reads a text as Python's int does.
func parseInteger(text string, base int) (value, bool) {
	text = strings.TrimFunc(text, python.IsSpace)
	digits := strings.TrimLeft(text, "+-")
	if len(text)-len(digits) > 1 || digits == "" || strings.HasSuffix(digits, "_") || strings.Contains(digits, "__") || base < 0 || base == 1 || base > 36 {
		return nil, false
	}
	prefix := map[int]string{2: "0b", 8: "0o", 16: "0x"}[base]
	if prefix != "" && strings.HasPrefix(strings.ToLower(digits), prefix) {
		digits = strings.TrimPrefix(digits[2:], "_")
	} else if strings.HasPrefix(digits, "_") {
		return nil, false
	}
	if base != 0 {
		digits = strings.ReplaceAll(digits, "_", "")
	}
	if digits == "" || strings.ContainsAny(digits, "+-") || len(digits) > 4300 {
		return nil, false
	}
	i, ok := new(big.Int).SetString(digits, base)
	if !ok {
		return nil, false
	}
	if strings.HasPrefix(text, "-") {
		i.Neg(i)
	}
	return python.Integer(i), true
}

// parseFloat reads a text as Python's float does.
func parseFloat(text string) (float64, bool) {
	text = strings.TrimFunc(text, python.IsSpace)
	if strings.ContainsAny(text, "xXpP") || strings.HasPrefix(text, "_") || strings.HasSuffix(text, "_") || strings.Contains(text, "__") {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	return f, err == nil || math.IsInf(f, 0)
}

func float(_ *machine, v value, a args) value {
	fallback := a.Bind("float", "default", 0.0)[0]
	if text, ok := python.Text(v); ok {
		if f, ok := parseFloat(text); ok {
			return f
		}
		return fallback
	}
	if u, ok := v.(python.Undefined); ok {
		python.Fail("%s", u.Why)
	}
	if f, ok := python.Float(v); ok {
		return f
	}
	return fallback
}

func round(m *machine, v value, a args) value {
	b := a.Bind("round", "precision", 0, "method", "common")
	precision := number("round", b[0])
	f, ok := python.Float(v)
	if !ok || precision > 300 || precision < -300 {
		python.Fail("round takes a number and a small precision, not %s", python.TypeName(v))
	}
	scale := math.Pow(10, math.Abs(float64(precision)))
	up := func(f float64) float64 { return f * scale }
	down := func(f float64) float64 { return f / scale }
	if precision < 0 {
		up, down = down, up
	}
	_, isFloat := v.(float64)
	switch b[1] {
	case "ceil":
		return down(math.Ceil(up(f)) + 0) // not -0
	case "floor":
		return down(math.Floor(up(f)) + 0)
	case "common":
	default:
		python.Fail("method must be common, ceil or floor")
	}
	switch {
	case !isFloat && precision >= 0:
		return python.Positive(v)
	case !isFloat:
		return int(down(math.RoundToEven(up(f))))
	case precision < 0:
		return down(math.RoundToEven(up(f)))
	}
	// Python rounds the exact decimal value half to even, as FormatFloat does.
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'f', precision, 64), 64)
	return rounded
}
