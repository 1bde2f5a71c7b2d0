package conversation

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"unicode"

	"example.com/gonb-dpo/dpocore/preference"
)

// The markers of a transcript in HH-RLHF.
const (
	Human     = "\n\nHuman:"
	Assistant = "\n\nAssistant:"
)

var marker = regexp.MustCompile(Human + "|" + Assistant)

// IsTranscript reports whether a text starts like a transcript.
func IsTranscript(text string) bool {
	return strings.HasPrefix(text, Human) || strings.HasPrefix(text, Assistant)
}

// Beginning decodes a string that may start with the marker of a transcript,
// and so with an escaped newline. It returns "" for any other.
func Beginning(raw json.RawMessage) (decoded string) {
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte(`"\`)) {
		json.Unmarshal(raw, &decoded) // on an error decoded is ""
	}
	return decoded
}

// Prompt cuts a prompt that is a transcript into turns. A marker at
// its end, which asks for the answer, is not a turn.
func Prompt(prompt string) []preference.Turn {
	turns := Cut(prompt)
	if last := len(turns) - 1; turns[last].Role == "assistant" && turns[last].Content == "" {
		turns = turns[:last]
	}
	return turns
}

// Cut cuts a text that starts with a marker into turns.
func Cut(text string) []preference.Turn {
	marks := marker.FindAllStringIndex(text, -1)
	turns := make([]preference.Turn, len(marks))
	for i, mark := range marks {
		end := len(text)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		turns[i] = preference.Turn{Role: "user", Content: strings.TrimFunc(text[mark[1]:end], isSpace)}
		if text[mark[0]:mark[1]] == Assistant {
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
