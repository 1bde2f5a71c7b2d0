package python

import (
	"cmp"
	"math"
	"math/big"
)

// maxBits limits integers.
const maxBits = 1 << 16

// BigInt returns a number as a big integer, if it is an integer or a bool.
func BigInt(v Value) (*big.Int, bool) {
	switch v := v.(type) {
	case bool:
		if v {
			return big.NewInt(1), true
		}
		return new(big.Int), true
	case int:
		return big.NewInt(int64(v)), true
	case *big.Int:
		return v, true
	}
	return nil, false
}

// Integer returns an int for an integer that fits.
func Integer(i *big.Int) Value {
	if i.IsInt64() {
		return int(i.Int64())
	}
	if i.BitLen() > maxBits {
		Fail("a number has more than %d bits", maxBits)
	}
	return i
}

// Int returns a small integer.
func Int(v Value) (int, bool) {
	if i, ok := v.(int); ok {
		return i, true
	}
	if i, ok := BigInt(v); ok && i.IsInt64() {
		return int(i.Int64()), true
	}
	return 0, false
}

// Float returns a number as a float.
func Float(v Value) (float64, bool) {
	if f, ok := v.(float64); ok {
		return f, true
	}
	if i, ok := BigInt(v); ok {
		f, _ := new(big.Float).SetInt(i).Float64()
		if math.IsInf(f, 0) {
			Fail("int too large to convert to float")
		}
		return f, true
	}
	return 0, false
}

// IsNumber reports whether a value is an integer, a float or a bool.
func IsNumber(v Value) bool {
	switch v.(type) {
	case bool, int, *big.Int, float64:
		return true
	}
	return false
}

// compareNumbers returns the order of two numbers; ok is false if one is none, or NaN.
func compareNumbers(a, b Value) (order int, ok bool) {
	if i, ok := a.(int); ok {
		if j, ok := b.(int); ok {
			return cmp.Compare(i, j), true
		}
	}
	if !IsNumber(a) || !IsNumber(b) {
		return 0, false
	}
	x, xInt := BigInt(a)
	y, yInt := BigInt(b)
	if xInt && yInt {
		return x.Cmp(y), true
	}
	exact := func(v Value, i *big.Int, isInt bool) *big.Float {
		if isInt {
			return new(big.Float).SetInt(i)
		}
		if f := v.(float64); !math.IsNaN(f) {
			return big.NewFloat(f)
		}
		return nil
	}
	p, q := exact(a, x, xInt), exact(b, y, yInt)
	if p == nil || q == nil {
		return 0, false
	}
	return p.Cmp(q), true
}
