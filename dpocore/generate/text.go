package generate

import "strings"

// Decoder makes text of tokens as they come, whole characters only; a tokenizer.Stream is one.
type Decoder interface {
	Add(id int32) string // the text that the token completes, often none
	Close() string       // what was held back for a character to be completed
}

// Text is an answer as it grows. It ends before the first stop text, wherever tokens part it: what may turn out to be
// the beginning of one is held back until that is known.
type Text struct {
	decoder Decoder
	stops   []string
	held    string
	stopped bool
}

// NewText begins a text that ends before any of stops, none of which is empty.
func NewText(decoder Decoder, stops []string) *Text { return &Text{decoder: decoder, stops: stops} }

// Add takes the next token and returns the text that is now certain, and whether a stop text has come. After that
// nothing more is added.
func (t *Text) Add(id int32) (text string, stopped bool) { return t.take(t.decoder.Add(id)), t.stopped }

// Close returns what was held back and belongs to the text.
func (t *Text) Close() (text string) {
	text = t.take(t.decoder.Close())
	text += t.held
	t.held = ""
	return text
}

func (t *Text) take(more string) (text string) {
	if t.stopped {
		return ""
	}
	whole := t.held + more
	end, found := firstStop(whole, t.stops)
	if !found {
		end = len(whole) - begun(whole, t.stops)
	}
	t.stopped, t.held = found, whole[end:]
	if found {
		t.held = ""
	}
	return whole[:end]
}

// firstStop returns where the stop text begins that is the first to be complete; of several complete at once, the
// longest. So it makes no difference how the text was parted.
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

// begun returns how many bytes at the end of text may be the beginning of a stop text.
func begun(text string, stops []string) (most int) {
	for _, stop := range stops {
		for n := min(len(stop)-1, len(text)); n > most; n-- {
			if strings.HasSuffix(text, stop[:n]) {
				most = n
			}
		}
	}
	return most
}
