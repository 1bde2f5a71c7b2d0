package preview

import (
	"strings"
	"unicode"
)

// Word is a word of an answer with the whitespace after it.
type Word struct {
	Text    string
	Space   string
	Differs bool // has no counterpart in the other answer
}

// maxCells is the maximum size of the comparison table, which is the product of the
// lengths of two answers in words.
const maxCells = 16 << 20

// Differences marks the words of two texts that are not in their longest common
// subsequence. If the texts are too long for that, it marks all words between their
// common prefix and suffix.
func Differences(a, b string) (left, right []Word) {
	left, right = cut(a), cut(b)
	start := 0
	for start < len(left) && start < len(right) && left[start].Text == right[start].Text {
		start++
	}
	endA, endB := len(left), len(right)
	for endA > start && endB > start && left[endA-1].Text == right[endB-1].Text {
		endA--
		endB--
	}
	mark(left[start:endA], right[start:endB])
	return left, right
}

// mark marks the words that are not in the longest common subsequence. lengths[i][j] is
// the length of that of a[i:] and b[j:].
func mark(a, b []Word) {
	n, m := len(a), len(b)
	var lengths [][]int32
	if (n+1)*(m+1) <= maxCells {
		lengths = make([][]int32, n+1)
		cells := make([]int32, (n+1)*(m+1))
		for i := range lengths {
			lengths[i] = cells[i*(m+1) : (i+1)*(m+1)]
		}
		for i := n - 1; i >= 0; i-- {
			for j := m - 1; j >= 0; j-- {
				lengths[i][j] = max(lengths[i+1][j], lengths[i][j+1])
				if a[i].Text == b[j].Text {
					lengths[i][j] = lengths[i+1][j+1] + 1
				}
			}
		}
	}
	i, j := 0, 0
	for i < n || j < m {
		switch {
		case lengths != nil && i < n && j < m && a[i].Text == b[j].Text:
			i++
			j++
		case j == m || i < n && (lengths == nil || lengths[i+1][j] >= lengths[i][j+1]):
			a[i].Differs = true
			i++
		default:
			b[j].Differs = true
			j++
		}
	}
}

// cut splits a text into words. Leading whitespace becomes a word with empty Text.
func cut(text string) (words []Word) {
	for len(text) > 0 {
		word := strings.IndexFunc(text, unicode.IsSpace)
		if word < 0 {
			word = len(text)
		}
		space := strings.IndexFunc(text[word:], func(r rune) bool { return !unicode.IsSpace(r) })
		if space < 0 {
			space = len(text) - word
		}
		words = append(words, Word{Text: text[:word], Space: text[word : word+space]})
		text = text[word+space:]
	}
	return words
}
