package lint

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"example.com/gonb-dpo/dpocore/preference"
)

// FNV-1a with 64 bits (Fowler, Noll, Vo): fast, with practically no collisions among
// millions of texts.
const (
	hashStart = 14695981039346656037
	hashPrime = 1099511628211
)

// mix adds a 64-bit value to a hash.
func mix(hash uint64, value uint64) uint64 {
	for shift := 0; shift < 64; shift += 8 {
		hash = (hash ^ value>>shift&0xff) * hashPrime
	}
	return hash
}

// words returns the hashes of a text's words: runs of characters that are neither
// whitespace nor punctuation, in lower case and in Unicode's composed form (NFC). A text without any is a single word.
func words(text string) []uint64 {
	var list []uint64
	hash, inside := uint64(hashStart), false
	end := func() {
		if inside {
			list = append(list, hash)
		}
		hash, inside = hashStart, false
	}
	text = norm.NFC.String(text)
	for _, r := range text {
		if separates(r) {
			end()
			continue
		}
		hash, inside = (hash^uint64(lower(r)))*hashPrime, true
	}
	end()
	if len(list) == 0 && text != "" {
		for _, r := range text {
			hash = (hash ^ uint64(r)) * hashPrime
		}
		list = append(list, hash)
	}
	return list
}

func lower(r rune) rune {
	if r < utf8.RuneSelf {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	return unicode.ToLower(r)
}

// separates reports whether a character separates words.
func separates(r rune) bool {
	if r < utf8.RuneSelf {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '+' || r == '=' || r == '<' || r == '>' || r == '$' || r == '~' || r == '^' || r == '|')
	}
	return unicode.IsSpace(r) || unicode.IsPunct(r)
}

// hashAll returns the hash of a sequence of words.
func hashAll(list []uint64) uint64 {
	hash := uint64(hashStart)
	for _, word := range list {
		hash = mix(hash, word)
	}
	return hash
}

// promptWords returns the words of all turns, each preceded by a hash of its role. A
// single user turn has no role hash.
func promptWords(prompt []preference.Turn) []uint64 {
	var list []uint64
	for _, turn := range prompt {
		if len(prompt) > 1 || turn.Role != "user" {
			role := uint64(hashStart)
			for _, r := range turn.Role {
				role = (role ^ uint64(r)) * hashPrime
			}
			list = append(list, ^role)
		}
		list = append(list, words(turn.Content)...)
	}
	return list
}

// dice returns Dice's coefficient of two multisets of words, from 0 to 1: twice the
// number of common words divided by the number of all words.
func dice(a, b []uint64) float64 {
	if len(a)+len(b) == 0 {
		return 1
	}
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return 2 * float64(countCommon(a, b)) / float64(len(a)+len(b))
}

// countCommon returns the size of the intersection of two sorted multisets.
func countCommon(a, b []uint64) (common int) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			common++
			i++
			j++
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return common
}
