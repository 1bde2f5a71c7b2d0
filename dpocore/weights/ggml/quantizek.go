package ggml

import (
	"math"
	"slices"
)

// The quantizers of the types with blocks of 256 values search, for each group of a block, the scale (and minimum) with the
// least weighted squared error. Conversions to float32 around products keep compilers from fusing them with sums.

// nearest rounds to an integer, half to even.
func nearest(x float32) int { return int(math.RoundToEven(float64(x))) }

// tiny is the magnitude below which a group is taken to be zero.
const tiny = 1e-15

// scaleOnly finds the scale of a group whose codes, less most, are -most to most-1, with the squares of the values as weights
// (make_qx_quants with rmse_type 1).
func scaleOnly(x []float32, most int, codes []byte) (scale float32) {
	peak := extreme(x)
	if abs(peak) < tiny {
		clear(codes)
		return 0
	}
	code := func(factor, v float32) int { return min(max(nearest(float32(factor*v)), -most), most-1) }
	fit := func(factor float32) (sumlx, suml2 float32) {
		for _, v := range x {
			l, w := float32(code(factor, v)), float32(v*v)
			sumlx += float32(float32(w*v) * l)
			suml2 += float32(float32(w*l) * l)
		}
		return sumlx, suml2
	}
	take := func(factor float32) {
		for i, v := range x {
			codes[i] = byte(code(factor, v) + most)
		}
	}
	factor := -float32(most) / peak
	sumlx, suml2 := fit(factor)
	take(factor)
	if suml2 != 0 {
		scale = sumlx / suml2
	}
	best := float32(scale * sumlx)
	for is := -9; is <= 9; is++ {
		if is == 0 {
			continue
		}
		factor := -(float32(most) + float32(0.1*float32(is))) / peak
		if sumlx, suml2 := fit(factor); suml2 > 0 && float32(sumlx*sumlx) > float32(best*suml2) {
			take(factor)
			scale = sumlx / suml2
			best = float32(scale * sumlx)
		}
	}
	return scale
}

// search is how the scales of a type with minima are looked for: codes up to most, and steps of the first guess's factor.
type search struct {
	most        int
	first, step float32
	steps       int
}

// scaleAndMin finds the scale of a group of 32 values, the amount that is subtracted from each, and their codes
// (make_qkx2_quants).
func (s search) scaleAndMin(x, weights []float32, codes []byte) (scale, minus float32) {
	low, high := bounds(x)
	low = min(low, 0)
	if high == low {
		clear(codes)
		return 0, -low
	}
	var sumW, sumX float32
	for i, v := range x {
		sumW += weights[i]
		sumX += float32(weights[i] * v)
	}
	first := float32(s.most) / (high - low)
	minimum := low
	scale = 1 / first
	s.encode(x, first, low, codes)
	best := failure(x, weights, codes, scale, low)
	var trial [32]byte
	for step := range s.steps + 1 {
		s.encode(x, (s.first+float32(s.step*float32(step))+float32(s.most))/(high-minimum), minimum, trial[:])
		var sumL, sumL2, sumXL float32
		for i, v := range x {
			l := float32(trial[i])
			wl := float32(weights[i] * l)
			sumL += wl
			sumL2 += float32(wl * l)
			sumXL += float32(wl * v)
		}
		det := float32(sumW*sumL2) - float32(sumL*sumL)
		if det <= 0 {
			continue
		}
		newScale := (float32(sumW*sumXL) - float32(sumX*sumL)) / det
		newMin := (float32(sumL2*sumX) - float32(sumL*sumXL)) / det
		if newMin > 0 {
			newMin, newScale = 0, sumXL/sumL2
		}
		if now := failure(x, weights, trial[:], newScale, newMin); now < best {
			copy(codes, trial[:])
			best, scale, minimum = now, newScale, newMin
		}
	}
	return scale, -minimum
}

// encode writes the codes of values above a minimum.
func (s search) encode(x []float32, factor, minimum float32, codes []byte) {
	for i, v := range x {
		codes[i] = byte(min(max(nearest(float32(factor*(v-minimum))), 0), s.most))
	}
}

// failure is the weighted squared error of codes.
func failure(x, weights []float32, codes []byte, scale, minimum float32) (sum float32) {
	for i, v := range x {
		diff := float32(scale*float32(codes[i])) + minimum - v
		sum += float32(weights[i] * float32(diff*diff))
	}
	return sum
}

var (
	fourBits = search{most: 15, first: -1, step: 0.1, steps: 20}
	fiveBits = search{most: 31, first: -0.5, step: 0.1, steps: 15}
)

// superBlock writes the scales and minima of Q4_K and Q5_K, and returns the codes of the values.
func (s search) superBlock(x []float32, to []byte) (codes [256]byte) {
	var scales, mins [8]float32
	var weights [32]float32
	for j := range scales {
		group := x[32*j : 32*j+32]
		var squares float32
		for _, v := range group {
			squares += float32(v * v)
		}
		mean := float32(math.Sqrt(float64(squares / 32)))
		for i, v := range group {
			weights[i] = mean + abs(v)
		}
		scales[j], mins[j] = s.scaleAndMin(group, weights[:], codes[32*j:32*j+32])
	}
	packed := to[4:16]
	topScale, topMin := putSixBits(packed, scales, mins)
	putHalf(to, topScale/63)
	putHalf(to[2:], topMin/63)
	d, dmin := half(topScale/63), half(topMin/63)
	for j := range scales {
		scale, minimum := sixBits(packed, j)
		step, minus := float32(d*float32(scale)), float32(dmin*float32(minimum))
		if step == 0 {
			continue
		}
		for i, v := range x[32*j : 32*j+32] {
			codes[32*j+i] = byte(min(max(nearest((v+minus)/step), 0), s.most))
		}
	}
	return codes
}

// putSixBits packs eight scales and eight minima, six bits each, as shares of the maximum, which it returns.
func putSixBits(packed []byte, scales, mins [8]float32) (topScale, topMin float32) {
	topScale, topMin = max(0, slices.Max(scales[:])), max(0, slices.Max(mins[:]))
	share := func(value, top float32) byte {
		if top == 0 {
			return 0
		}
		return byte(min(63, nearest(float32(63/top*value))))
	}
	clear(packed)
	for j := range scales {
		scale, minimum := share(scales[j], topScale), share(mins[j], topMin)
		if j < 4 {
			packed[j], packed[j+4] = scale, minimum
			continue
		}
		packed[j+4] = scale&15 | minimum&15<<4
		packed[j-4] |= scale >> 4 << 6
		packed[j] |= minimum >> 4 << 6
	}
	return topScale, topMin
}

func toQ4_K(x []float32, to []byte) {
	codes := fourBits.superBlock(x, to)
	for i := range 128 {
		at := i/32*64 + i%32
		to[16+i] = codes[at] | codes[at+32]<<4
	}
}

func toQ5_K(x []float32, to []byte) {
	codes := fiveBits.superBlock(x, to)
	clear(to[16:48])
	for i := range 128 {
		at := i/32*64 + i%32
		to[48+i] = codes[at]&15 | codes[at+32]&15<<4
		to[16+i%32] |= codes[at]>>4<<(i/32*2) | codes[at+32]>>4<<(i/32*2+1)
	}
}

func toQ6_K(x []float32, to []byte) {
	low, high, packed := to[:128], to[128:192], to[192:208]
	var scales [16]float32
	var codes [256]byte
	for i := range scales {
		scales[i] = scaleOnly(x[16*i:16*i+16], 32, codes[16*i:16*i+16])
	}
	top := extreme(scales[:])
	if abs(top) < tiny {
		clear(to)
		return
	}
	factor := -128 / top
	putHalf(to[208:], 1/factor)
	d := half(1 / factor)
	for i, scale := range scales {
		s := int8(min(127, nearest(float32(factor*scale))))
		packed[i] = byte(s)
		step := float32(d * float32(s))
		for j, v := range x[16*i : 16*i+16] {
			if step != 0 {
				codes[16*i+j] = byte(min(max(nearest(v/step), -32), 31) + 32)
			}
		}
	}
	clear(high)
	for i, code := range codes {
		half, run := i/128, i%128/32
		if run < 2 {
			low[half*64+i%64] = code & 15
		} else {
			low[half*64+i%64] |= code & 15 << 4
		}
		high[half*32+i%32] |= code >> 4 << (run * 2)
	}
}
