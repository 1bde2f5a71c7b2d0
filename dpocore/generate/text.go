package generate

import "strings"

// Decoder turns tokens into text as they arrive, in complete characters. A tokenizer.Stream is one.
type Decoder interface {
	Add(id int32) string // the text that the token completes, often ""
	Close() string       // the bytes of an incomplete character
}

// Text is an answer as it grows. It ends before the first stop text, even one that spans several tokens: what may be the
// beginning of a stop text is held back until the next tokens decide.
type Text struct {
	decoder Decoder
	stops   []string
	pending string // held back
	stopped bool
}

// NewText starts a text that ends before any of stops, none of which is empty.
func NewText(decoder Decoder, stops []string) *Text { return &Text{decoder: decoder, stops: stops} }

// Add appends a token and returns the text that is now certain, and whether a stop text was found. After a stop text
// nothing more is added.
func (t *Text) Add(id int32) (text string, stopped bool) {
	return t.append(t.decoder.Add(id)), t.stopped
}

// Close returns what was held back and belongs to the text.
func (t *Text) Close() (text string) {
	text = t.append(t.decoder.Close())
	text += t.pending
	t.pending = ""
	return text
}

func (t *Text) append(more string) (text string) {
	if t.stopped {
		return ""
	}
	whole := t.pending + more
	end, found := firstStop(whole, t.stops)
	if !found {
		end = len(whole) - partialStop(whole, t.stops)
	}
	t.stopped, t.pending = found, whole[end:]
	if found {
		t.pending = ""
	}
	return whole[:end]
}

// firstStop returns the start of the stop text that is complete first; of several that end together, of the longest.
// The result does not depend on how the text was split into tokens.
func firstStop(text string, stops []string) (begin int, found bool) {
	end := len(text) + 1
	for _, stop := range stops {
		at := strings.Index(text, stop)
		if at < 0 {
			continue
		}
		if after := at + len(stop); after < end || after == end && at < begin {
			begin, end = at, after
		}
	}
	return begin, end <= len(text)
}

// partialStop returns how many bytes at the end of text may be the beginning of a stop text.
func partialStop(text string, stops []string) (longest int) {
	for _, stop := range stops {
		for n := min(len(stop)-1, len(text)); n > longest; n-- {
			if strings.HasSuffix(text, stop[:n]) {
				longest = n
			}
		}
	}
	return longest
}
