package preview

import (
	"context"
	"fmt"
	"strings"

	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/preference"
)

// A Histogram counts pairs by their length in tokens: that of the prompt with
// the longer answer, which is what the greatest length of training cuts.
type Histogram struct {
	Pairs   int   // that were counted: all of the set, or so many spread evenly over it
	Of      int   // pairs of the set
	Longest int   // tokens
	Width   int   // of a bar, in tokens
	Counts  []int // the bar i has the pairs of i·Width up to (i+1)·Width−1 tokens
}

// bars is how many a histogram has at most.
const bars = 16

// Lengths counts the lengths of a set's pairs, of most pairs at most.
func Lengths(ctx context.Context, set *preference.Set, encoder *chat.Encoder, most int) (Histogram, error) {
	h := Histogram{Of: len(set.Pairs), Pairs: min(most, len(set.Pairs))}
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

// fill chooses a round width and counts.
func (h *Histogram) fill(lengths []int) {
	for h.Width = 8; h.Longest/h.Width >= bars; h.Width *= 2 {
	}
	h.Counts = make([]int, h.Longest/h.Width+1)
	for _, n := range lengths {
		h.Counts[n/h.Width]++
	}
}

// First is the first bar that has a pair.
func (h Histogram) First() int {
	for i, n := range h.Counts {
		if n > 0 {
			return i
		}
	}
	return 0
}

// Label names a bar by its first and last length.
func (h Histogram) Label(bar int) string {
	return fmt.Sprintf("%d–%d", bar*h.Width, (bar+1)*h.Width-1)
}

// Share is a bar's length, where the longest one's is 1.
func (h Histogram) Share(bar int) float64 {
	most := 1
	for _, n := range h.Counts {
		most = max(most, n)
	}
	return float64(h.Counts[bar]) / float64(most)
}

// Caption says what is drawn.
func (h Histogram) Caption() string {
	text := fmt.Sprintf("tokens of the prompt with the longer answer, %d pairs", h.Pairs)
	if h.Pairs < h.Of {
		text += fmt.Sprintf(" spread over all %d", h.Of)
	}
	return text + fmt.Sprintf("; the longest has %d", h.Longest)
}

// Text draws the histogram in characters.
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
