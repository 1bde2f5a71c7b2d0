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
		return truncated(v)
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
	if !python.IsNumber(v) || precision > 300 || precision < -300 {
		python.Refuse(v)
		python.Fail("round takes a number and a small precision in a chat template, not %s", python.TypeName(v))
	}
	whole := map[value]func(float64) float64{"ceil": math.Ceil, "floor": math.Floor}[b[1]]
	switch {
	case whole != nil:
		scale := m.Binary("**", 10, precision)
		scaled := m.Binary("*", v, scale)
		if f, ok := scaled.(float64); ok {
			scaled = truncated(whole(f))
		}
		return m.Binary("/", scaled, scale)
	case b[1] != "common":
		python.Fail("method must be common, ceil or floor")
	}
	f, isFloat := v.(float64)
	switch {
	case !isFloat && precision >= 0:
		return python.Positive(v)
	case !isFloat:
		i, _ := python.BigInt(v)
		return python.Integer(roundedTens(new(big.Rat).SetInt(i), -precision))
	case math.IsInf(f, 0) || math.IsNaN(f):
		return f
	case precision < 0:
		rounded, _ := new(big.Float).SetInt(roundedTens(new(big.Rat).SetFloat64(f), -precision)).Float64()
		return math.Copysign(rounded, f)
	}
	// Python rounds the exact decimal value half to even, as FormatFloat does.
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'f', precision, 64), 64)
	return rounded
}

// truncated returns the integer of a float.
func truncated(f float64) value {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		python.Fail("cannot convert float infinity or NaN to integer")
	}
	whole, _ := big.NewFloat(f).Int(nil)
	return python.Integer(whole)
}

// roundedTens rounds a number to a multiple of 10 to the power n, half to even.
func roundedTens(x *big.Rat, n int) *big.Int {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	x.Quo(x, new(big.Rat).SetInt(unit))
	floor, rest := new(big.Int).DivMod(x.Num(), x.Denom(), new(big.Int)) // of a positive denominator: the floor
	if c := rest.Lsh(rest, 1).Cmp(x.Denom()); c > 0 || c == 0 && floor.Bit(0) == 1 {
		floor.Add(floor, big.NewInt(1))
	}
	return floor.Mul(floor, unit)
}
