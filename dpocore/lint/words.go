package lint

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"example.com/gonb-dpo/dpocore/preference"
)

// FNV-1a with 64 bits (Fowler, Noll, Vo): quick, and among millions of texts
// two different ones hardly ever meet.
const (
	hashStart = 14695981039346656037
	hashPrime = 1099511628211
)

func mix(hash uint64, value uint64) uint64 {
	for shift := 0; shift < 64; shift += 8 {
		hash = (hash ^ value>>shift&0xff) * hashPrime
	}
	return hash
}

// words are the hashes of a text's words: runs of characters that are neither
// white space nor punctuation, in lower case. A text without any has itself as
// its only word.
func words(text string) []uint64 {
	var list []uint64
	hash, inside := uint64(hashStart), false
	end := func() {
		if inside {
			list = append(list, hash)
		}
		hash, inside = hashStart, false
	}
	for _, r := range text {
		if apart(r) {
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

// apart reports whether a character stands between words.
func apart(r rune) bool {
	if r < utf8.RuneSelf {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '+' || r == '=' || r == '<' || r == '>' || r == '$' || r == '~' || r == '^' || r == '|')
	}
	return unicode.IsSpace(r) || unicode.IsPunct(r)
}

// whole is one hash of a list of words in their order.
func whole(list []uint64) uint64 {
	hash := uint64(hashStart)
	for _, word := range list {
		hash = mix(hash, word)
	}
	return hash
}

// promptWords are the words of all turns, each turn after a mark of its role.
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

// dice is Dice's coefficient of two lists of words, with as many of a word
// as there are: twice the words in common, by all words (0 to 1).
func dice(a, b []uint64) float64 {
	if len(a)+len(b) == 0 {
		return 1
	}
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	common := 0
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
	return 2 * float64(common) / float64(len(a)+len(b))
}
