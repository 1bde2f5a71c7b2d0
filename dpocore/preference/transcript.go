package preference

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// The markers of a raw transcript as HH-RLHF has them.
const (
	humanMarker     = "\n\nHuman:"
	assistantMarker = "\n\nAssistant:"
)

var marker = regexp.MustCompile(humanMarker + "|" + assistantMarker)

// isTranscript reports whether text begins as a raw transcript does.
func isTranscript(text string) bool {
	return strings.HasPrefix(text, humanMarker) || strings.HasPrefix(text, assistantMarker)
}

// fromTranscripts takes a pair whose answers are still whole transcripts
// apart: each is cut at its markers into turns without surrounding white
// space; all turns but the last must agree and are the prompt, the last one
// is the answer.
func (f *form) fromTranscripts(pair Pair) (Pair, string, error) {
	if !isTranscript(pair.Rejected) {
		return pair, "", fmt.Errorf("%s does not begin with %q as %q does", f.word.of(f.columns.Rejected), humanMarker, f.columns.Chosen)
	}
	reason := pair.setAnswers(cutTranscript(pair.Chosen), cutTranscript(pair.Rejected))
	return pair, reason, nil
}

// promptTranscript cuts a prompt that is a transcript into its turns; the
// marker that asks for the answer at its end is no turn.
func promptTranscript(prompt string) []Turn {
	turns := cutTranscript(prompt)
	if last := len(turns) - 1; turns[last].Role == "assistant" && turns[last].Content == "" {
		turns = turns[:last]
	}
	return turns
}

// cutTranscript cuts a text that begins with a marker into its turns.
func cutTranscript(text string) []Turn {
	marks := marker.FindAllStringIndex(text, -1)
	turns := make([]Turn, len(marks))
	for i, mark := range marks {
		end := len(text)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		turns[i] = Turn{Role: "user", Content: strings.TrimFunc(text[mark[1]:end], isSpace)}
		if text[mark[0]:mark[1]] == assistantMarker {
			turns[i].Role = "assistant"
		}
	}
	return turns
}

// isSpace is white space as Python's str.strip knows it: the separators
// U+001C to U+001F are in it too.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || r >= 0x1C && r <= 0x1F
}
