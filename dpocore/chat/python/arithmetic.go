package python

import (
	"math"
	"math/big"
)

// Binary returns the result of an arithmetic operator.
func (m *Machine) Binary(operator string, a, b Value) Value {
	m.Step(1)
	Refuse(a, b)
	a, b = Unnamed(a), Unnamed(b)
	switch operator {
	case "+":
		if sum, ok := m.concatenate(a, b); ok {
			return sum
		}
	case "*":
		if product, ok := m.repeat(a, b); ok {
			return product
		}
		if product, ok := m.repeat(b, a); ok {
			return product
		}
	}
	if !IsNumber(a) || !IsNumber(b) {
		unsupported(operator, a, b)
	}
	if i, ok := a.(int); ok {
		if j, ok := b.(int); ok && small(i) && small(j) {
			switch operator {
			case "+":
				return i + j
			case "-":
				return i - j
			}
		}
	}
	x, xInt := BigInt(a)
	y, yInt := BigInt(b)
	if xInt && yInt {
		return integers(operator, x, y)
	}
	f, _ := Float(a)
	g, _ := Float(b)
	return floats(operator, f, g)
}

// small reports whether sums with a number can't overflow.
func small(i int) bool { return i > -1<<62 && i < 1<<62 }

func unsupported(operator string, a, b Value) {
	if operator == "+" {
		switch a.(type) {
		case string, *List, Tuple:
			Fail("can only concatenate %s (not \"%s\") to %s", TypeName(a), TypeName(b), TypeName(a))
		}
	}
	if operator == "**" {
		operator = "** or pow()"
	}
	Fail("unsupported operand type(s) for %s: '%s' and '%s'", operator, TypeName(a), TypeName(b))
}

func integers(operator string, x, y *big.Int) Value {
	zero := y.Sign() == 0
	switch operator {
	case "+":
		return Integer(new(big.Int).Add(x, y))
	case "-":
		return Integer(new(big.Int).Sub(x, y))
	case "*":
		return Integer(new(big.Int).Mul(x, y))
	case "/":
		if zero {
			Fail("division by zero")
		}
		f, _ := new(big.Rat).SetFrac(x, y).Float64()
		if math.IsInf(f, 0) {
			Fail("integer division result too large for a float")
		}
		return f
	case "//", "%":
		if zero {
			Fail("integer division or modulo by zero")
		}
		quotient, rest := new(big.Int).QuoRem(x, y, new(big.Int))
		if rest.Sign() != 0 && rest.Sign() != y.Sign() {
			quotient.Sub(quotient, big.NewInt(1))
			rest.Add(rest, y)
		}
		if operator == "%" {
			return Integer(rest)
		}
		return Integer(quotient)
	}
	return power(x, y)
}

func power(x, y *big.Int) Value {
	if y.Sign() < 0 {
		f, _ := Float(Integer(x))
		g, _ := Float(Integer(y))
		return floats("**", f, g)
	}
	if x.BitLen() > 1 && (!y.IsInt64() || y.Int64() > maxBits/int64(x.BitLen()-1)) {
		Fail("a number has more than %d bits", maxBits)
	}
	if x.BitLen() <= 1 && y.Sign() > 0 { // -1, 0 or 1
		if y.Bit(0) == 0 {
			return Integer(new(big.Int).Mul(x, x))
		}
		return Integer(x)
	}
	return Integer(new(big.Int).Exp(x, y, nil))
}

func floats(operator string, f, g float64) Value {
	switch operator {
	case "+":
		return f + g
	case "-":
		return f - g
	case "*":
		return f * g
	case "**":
		if f == 0 && g < 0 {
			Fail("zero to a negative power")
		}
		return powerOf(f, g)
	}
	if g == 0 {
		Fail("division by zero")
	}
	if operator == "/" {
		return f / g
	}
	rest := math.Mod(f, g)
	quotient := (f - rest) / g
	if rest == 0 {
		rest = math.Copysign(0, g)
	} else if (g < 0) != (rest < 0) {
		rest += g
		quotient--
	}
	switch {
	case operator == "%":
		return rest
	case quotient == 0:
		return math.Copysign(0, f/g)
	}
	return math.RoundToEven(quotient)
}

// powerOf returns f ** g for what has one right result: whole exponents, and square roots. Others differ in the last digit
// between libraries.
func powerOf(f, g float64) float64 {
	const maxExponent = 1 << 10
	switch {
	case g == 0.5 && f > 0:
		return math.Sqrt(f)
	case math.IsInf(f, 0) || math.IsNaN(f) || g != math.Trunc(g) || math.Abs(g) > maxExponent:
		Fail("a power of such numbers is not supported in a chat template")
	}
	power := new(big.Float).SetPrec(512).SetInt64(1)
	for range int(math.Abs(g)) {
		power.Mul(power, big.NewFloat(f))
	}
	if g < 0 {
		power.Quo(new(big.Float).SetPrec(512).SetInt64(1), power)
	}
	result, _ := power.Float64()
	if math.IsInf(result, 0) {
		Fail("(34, 'Numerical result out of range')")
	}
	return result
}

// Negate returns -v.
func Negate(v Value) Value {
	if f, ok := v.(float64); ok {
		return -f
	}
	i, ok := BigInt(v)
	if !ok {
		Refuse(v)
		Fail("bad operand type for unary -: '%s'", TypeName(v))
	}
	return Integer(new(big.Int).Neg(i))
}

// Positive returns +v.
func Positive(v Value) Value {
	if f, ok := v.(float64); ok {
		return f
	}
	i, ok := BigInt(v)
	if !ok {
		Refuse(v)
		Fail("bad operand type for unary +: '%s'", TypeName(v))
	}
	return Integer(i)
}
