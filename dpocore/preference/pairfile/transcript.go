package pairfile

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"example.com/gonb-dpo/dpocore/preference"
)

// The markers of a transcript in HH-RLHF.
const (
	humanMarker     = "\n\nHuman:"
	assistantMarker = "\n\nAssistant:"
)

var marker = regexp.MustCompile(humanMarker + "|" + assistantMarker)

// isTranscript reports whether text starts like a transcript.
func isTranscript(text string) bool {
	return strings.HasPrefix(text, humanMarker) || strings.HasPrefix(text, assistantMarker)
}

// fromTranscripts splits a pair whose answers are whole transcripts: each is cut
// at its markers into turns without surrounding white space. All turns but the
// last must be the same and are the prompt; the last one is the answer.
func (f *form) fromTranscripts(pair preference.Pair) (preference.Pair, string, error) {
	if !isTranscript(pair.Rejected) {
		return pair, "", fmt.Errorf("%s does not begin with %q as %q does", f.part.Of(f.columns.Rejected), humanMarker, f.columns.Chosen)
	}
	reason := setAnswers(&pair, cutTranscript(pair.Chosen), cutTranscript(pair.Rejected))
	return pair, reason, nil
}

// promptTranscript cuts a prompt that is a transcript into turns. A marker at
// its end, which asks for the answer, is not a turn.
func promptTranscript(prompt string) []preference.Turn {
	turns := cutTranscript(prompt)
	if last := len(turns) - 1; turns[last].Role == "assistant" && turns[last].Content == "" {
		turns = turns[:last]
	}
	return turns
}

// cutTranscript cuts a text that starts with a marker into turns.
func cutTranscript(text string) []preference.Turn {
	marks := marker.FindAllStringIndex(text, -1)
	turns := make([]preference.Turn, len(marks))
	for i, mark := range marks {
		end := len(text)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		turns[i] = preference.Turn{Role: "user", Content: strings.TrimFunc(text[mark[1]:end], isSpace)}
		if text[mark[0]:mark[1]] == assistantMarker {
			turns[i].Role = "assistant"
		}
	}
	return turns
}

// isSpace reports white space like Python's str.strip, which includes the
// separators U+001C to U+001F.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || r >= 0x1C && r <= 0x1F
}
