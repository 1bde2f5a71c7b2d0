package preview

import (
	"context"
	"fmt"
	"strings"

	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/wording"
)

// Histogram counts pairs by their length in tokens: that of the prompt plus the longer
// answer, which the maximum length of training truncates.
type Histogram struct {
	Pairs   int   // number of pairs counted, spread evenly over the set
	Of      int   // number of pairs in the set
	Longest int   // tokens
	Width   int   // of a bin, in tokens
	Counts  []int // bin i counts the pairs with i·Width to (i+1)·Width−1 tokens
}

// maxBins is the maximum number of bins.
const maxBins = 16

// Lengths computes the histogram of at most limit pairs of a set.
func Lengths(ctx context.Context, set *preference.Set, encoder *chat.Encoder, limit int) (Histogram, error) {
	h := Histogram{Of: len(set.Pairs), Pairs: min(limit, len(set.Pairs))}
	var lengths []int
	for i := range h.Pairs {
		if err := ctx.Err(); err != nil {
			return h, fmt.Errorf("measure the pairs: %w", err)
		}
		tokens, _, err := encoder.Pair(set.Pairs[i*h.Of/h.Pairs])
		if err != nil {
			return h, fmt.Errorf("measure the pairs: %w", err)
		}
		n := len(tokens.Prompt) + max(len(tokens.Chosen), len(tokens.Rejected))
		lengths = append(lengths, n)
		h.Longest = max(h.Longest, n)
	}
	h.fill(lengths)
	return h, nil
}

// fill chooses the bin width and counts the lengths.
func (h *Histogram) fill(lengths []int) {
	for h.Width = 8; h.Longest/h.Width >= maxBins; h.Width *= 2 {
	}
	h.Counts = make([]int, h.Longest/h.Width+1)
	for _, n := range lengths {
		h.Counts[n/h.Width]++
	}
}

// First returns the first bin that is not empty.
func (h Histogram) First() int {
	for i, n := range h.Counts {
		if n > 0 {
			return i
		}
	}
	return 0
}

// Label returns a bin's range of lengths, such as 16–31.
func (h Histogram) Label(bin int) string {
	return fmt.Sprintf("%d–%d", bin*h.Width, (bin+1)*h.Width-1)
}

// Share returns a bin's count relative to the highest count.
func (h Histogram) Share(bin int) float64 {
	highest := 1
	for _, n := range h.Counts {
		highest = max(highest, n)
	}
	return float64(h.Counts[bin]) / float64(highest)
}

// Caption describes the histogram in a phrase.
func (h Histogram) Caption() string {
	text := fmt.Sprintf("tokens of the prompt plus the longer answer, %s", wording.Count(h.Pairs, "pair"))
	if h.Pairs < h.Of {
		text += fmt.Sprintf(" spread over %d", h.Of)
	}
	return text + fmt.Sprintf("; the longest has %d", h.Longest)
}

// Text draws the histogram in text.
func (h Histogram) Text() string {
	const width = 40
	var b strings.Builder
	fmt.Fprintln(&b, h.Caption())
	for i, n := range h.Counts {
		if i < h.First() {
			continue
		}
		bar := strings.Repeat("█", int(h.Share(i)*width+0.5))
		if bar == "" && n > 0 {
			bar = "▏"
		}
		fmt.Fprintf(&b, "%11s  %s %d\n", h.Label(i), bar, n)
	}
	return b.String()
}
