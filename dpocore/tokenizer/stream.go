package tokenizer

import "strings"

// maxPending is how many tokens a Stream buffers until a character is complete: a
// character has at most four bytes, and a token at least one.
const maxPending = 4

// Stream decodes tokens one at a time during generation. A character that spans
// several tokens is returned with the last of them. Tokens of single bytes, such
// as Llama 2's, are returned with the token after their run: if a run is not
// valid UTF-8, each of its bytes becomes U+FFFD.
type Stream struct {
	tokenizer *Tokenizer
	bytes     map[int32]bool // tokens of single bytes
	ids       []int32
	shown     int // ids[:shown] have been returned as text
}

// Stream returns a new streaming decoder. Special tokens decode to no text.
func (t *Tokenizer) Stream() *Stream {
	return &Stream{tokenizer: t, bytes: t.layout.byteTokens()}
}

// Add appends a token and returns the text that is now complete, which may be
// empty.
func (s *Stream) Add(id int32) string {
	s.ids = append(s.ids, id)
	if s.bytes[id] {
		return ""
	}
	text := s.rest()
	if strings.HasSuffix(text, "\uFFFD") && len(s.ids)-s.shown < maxPending {
		return ""
	}
	return s.show(text)
}

// Close returns the buffered text; an incomplete character becomes U+FFFD.
func (s *Stream) Close() string {
	return s.show(s.rest())
}

// rest decodes the tokens whose text has not been returned yet, in the context of
// the previous ones, because some decoders drop a leading space.
func (s *Stream) rest() string {
	before := s.tokenizer.Decode(s.ids[:s.shown], true)
	return strings.TrimPrefix(s.tokenizer.Decode(s.ids, true), before)
}

func (s *Stream) show(text string) string {
	s.ids = append(s.ids[:0], s.ids[s.shown:]...)
	s.shown = len(s.ids)
	return text
}
