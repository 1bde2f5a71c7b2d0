package pairfile

import (
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

// The sentence for each mistake in a JSON text.
func TestDocumentMistakes(t *testing.T) {
	checkMistakes(t, []mistake{
		{"null answer", "[" + strings.TrimSpace(good) + ",\n" + `{"prompt":"a","chosen":null,"rejected":"c"}]`,
			`pairs, element 2 (line 2): field "chosen" is null; it must be a string or a list of turns`},
		{"cut in an element", "[" + good + `,{"prompt":"Why?"`,
			`pairs, element 2 (line 2): the file ends inside this element, so it was probably cut off: download or write it again`},
		{"cut between elements", "[" + good + ",",
			`pairs, element 2 (line 2): the file ends before its list does, so it was probably cut off: download or write it again`},
		{"cut after an element", "[" + good,
			`pairs, line 2: the file ends before its list does, so it was probably cut off: download or write it again`},
		{"no comma", "[" + good + good + "]",
			`pairs, line 2: after element 1 comes '{'; the elements of a list must be separated by commas, and ] must end it`},
		{"comma before the end", "[" + good + ",]",
			`pairs, line 2: there is a comma after element 1, the last one of the list; remove it`},
		{"text after the end", "[" + good + "]\nx",
			`pairs, line 3: after the end of the list comes 'x'; a JSON file holds one list`},
		{"numbers", "[1,2]",
			`pairs, element 1 (line 1): the element is a number, not a JSON object with "chosen" and "rejected"`},
		{"empty list", "[]",
			`pairs: the file can be read, but holds no pair; write pairs into it, or give another file`},
		{"bare word", "[" + good + ",{\n\"prompt\": oops}]",
			`pairs, element 2 (line 3): not JSON at byte 13: invalid character 'o' looking for beginning of value; an element must hold one JSON object`},
		{"NUL byte", "[" + good + ",{\n\"prompt\": \"\x00\"}]",
			`pairs, element 2 (line 3): byte 14 is a NUL byte; remove it, or save the file as UTF-8 if it is UTF-16`},
		{"not UTF-8", "[" + good + ",{\n\n\"prompt\": \"\xff\"}]",
			`pairs, element 2 (line 4): byte 15 is not UTF-8; save the file as UTF-8`},
		{"brackets do not match", "[" + good + `,{"prompt":[}}]`,
			`pairs, element 2 (line 2): not JSON at byte 12: invalid character '}' looking for beginning of value; an element must hold one JSON object`},
		{"two lists", `{"train":[` + good + `],"test":[` + good + `]}`,
			`pairs, line 2: the object holds two lists, "train" and "test"; a file holds one: put each into a separate file`},
		{"wrapped, misspelt", "{\"data\": [\n{\"prompt\":\"a\",\"chosen\":\"b\",\"rejetced\":\"c\"}]}",
			`pairs, element 1 (line 2): no field is named "rejected": the fields are prompt, chosen, rejetced; needed are "chosen" and "rejected", and "prompt" unless both begin with it; "rejetced": did you mean "rejected"? rename it`},
		{"wrapped, cut", "{\"version\":1,\n\"data\": [\n" + good,
			`pairs, line 4: the file ends before its list does, so it was probably cut off: download or write it again`},
		{"wrapped, no colon", "{\n\"version\":1,\"data\": [\n" + good + "], \"more\" 2}",
			`pairs, line 4: not JSON: after the name "more" comes '2' instead of ':'`},
		{"wrapped, no name", "{\n\"version\":1,\"data\": [\n" + good + "], more: 2}",
			`pairs, line 4: not JSON: "more" is where a name in quotes must be`},
		{"lists as columns", `{"prompt":["a"],"chosen":["b"],"rejected":["c"]}`,
			`pairs, line 1: field "prompt" is a list of texts: either each is the prompt of another pair, or they are the turns of one conversation; write one pair per line, with texts or with turns that have "role" and "content"`},
		{"element of 64 MiB", `[{"prompt":"` + strings.Repeat("a", recordfile.MaxRecord),
			`pairs, element 1 (line 1): the record is longer than 64 MiB; it must hold one pair: check the file, or shorten the texts`},
	})
}
