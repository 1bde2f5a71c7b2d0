package output

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.com/gonb-dpo/internal/explain"
)

// operation matches the prefixes of dpocore's errors that name the operation: the cell with the error already says it.
var operation = regexp.MustCompile(`^(train|train in rounds|judge answers|evaluate|merge|compare|answer|open the model|read preference pairs): `)

// Sentence turns an error, which starts in lower case and may have several lines, into one sentence.
func Sentence(err error) string {
	text := explain.Error(err)
	for operation.MatchString(text) {
		text = operation.ReplaceAllString(text, "")
	}
	return Capitalize(text) + "."
}

// Capitalize capitalizes the first letter and removes trailing full stops. A first word that is a name or a path stays as
// it is.
func Capitalize(text string) string {
	text = strings.TrimRight(text, ".")
	word, _, _ := strings.Cut(text, " ")
	first, size := utf8.DecodeRuneInString(text)
	if strings.ContainsAny(word, `./_\"`) {
		return text
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

// Duration is a rounded duration: "48 s", "3 min 20 s", "1 h 5 min".
func Duration(d time.Duration) string {
	seconds := int(d.Round(time.Second) / time.Second)
	switch {
	case seconds < 60:
		return fmt.Sprintf("%d s", seconds)
	case seconds < 3600:
		return fmt.Sprintf("%d min %d s", seconds/60, seconds%60)
	default:
		return fmt.Sprintf("%d h %d min", seconds/3600, seconds%3600/60)
	}
}
