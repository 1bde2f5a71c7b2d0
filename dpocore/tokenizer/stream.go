package tokenizer

import "strings"

// mostHeld is how many tokens a Stream holds back for a character to be
// completed: four bytes make the longest, and a token has one byte or more.
const mostHeld = 4

// A Stream decodes tokens one at a time, as generation gives them. A
// character that several tokens share comes whole with the last of them.
type Stream struct {
	tokenizer *Tokenizer
	ids       []int32
	shown     int // ids[:shown] are decoded and given out
}

// Stream returns a new decoder of tokens as they come. Special tokens give
// no text.
func (t *Tokenizer) Stream() *Stream {
	return &Stream{tokenizer: t}
}

// Add takes the next token and returns the text that is now complete, which
// is often none.
func (s *Stream) Add(id int32) string {
	s.ids = append(s.ids, id)
	text := s.rest()
	if strings.HasSuffix(text, "\uFFFD") && len(s.ids)-s.shown < mostHeld {
		return ""
	}
	return s.show(text)
}

// Close returns what was held back; an incomplete character becomes U+FFFD.
func (s *Stream) Close() string {
	return s.show(s.rest())
}

// rest decodes the tokens not yet given out, in the context of those given
// out last: some decoders drop the space of a first token.
func (s *Stream) rest() string {
	before := s.tokenizer.Decode(s.ids[:s.shown], true)
	return strings.TrimPrefix(s.tokenizer.Decode(s.ids, true), before)
}

func (s *Stream) show(text string) string {
	s.ids = append(s.ids[:0], s.ids[s.shown:]...)
	s.shown = len(s.ids)
	return text
}
