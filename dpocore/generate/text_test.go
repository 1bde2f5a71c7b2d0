package generate

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/internal/deps"
)

// pieces is a decoder whose token i is pieces[i].
type pieces []string

func (p pieces) Add(id int32) string { return p[id] }
func (p pieces) Close() string       { return "" }

func TestStopTexts(t *testing.T) {
	for _, test := range []struct {
		name, tokens string // tokens are set apart by |
		stops        []string
		said         string // what each token makes certain, and at the end what Close adds
	}{
		{"none", "a|b|c", nil, "a|b|c|"},
		{"within a token", "one. two|three", []string{". "}, "one"},
		{"a whole token", "one|.|two", []string{"."}, "one|"},
		{"over three tokens", "say E|N|D now|more", []string{"END"}, "say ||"},
		{"only begun", "say E|N|.|more", []string{"END"}, "say ||EN.|more|"},
		{"begun at the end", "say E|N", []string{"END"}, "say ||EN"},
		{"begun again within itself", "a|a|b", []string{"ab"}, "|a|"},
		{"begun twice", "ababa|bac", []string{"ababac"}, "|ab"},
		{"the first of two", "x.y|!", []string{"!", "."}, "x"},
		{"the first complete, not the first begun", "abc", []string{"abc", "b"}, "a"},
		{"the same in three tokens", "a|b|c", []string{"abc", "b"}, "|a"},
		{"complete together: the longer", "ab", []string{"b", "ab"}, ""},
		{"complete together, in the other order", "ab", []string{"ab", "b"}, ""},
		{"at the very beginning", "END|x", []string{"END"}, ""},
		{"line end", "one\n|\ntwo", []string{"\n\n"}, "one|"},
	} {
		t.Run(test.name, func(t *testing.T) {
			tokens := strings.Split(test.tokens, "|")
			text := NewText(pieces(tokens), test.stops)
			var said []string
			stopped := false
			for i := range tokens {
				var now string
				now, stopped = text.Add(int32(i))
				said = append(said, now)
				if stopped {
					break
				}
			}
			if rest := text.Close(); !stopped {
				said = append(said, rest)
			} else if rest != "" {
				t.Errorf("after the stop text Close gives %q", rest)
			}
			if got := strings.Join(said, "|"); got != test.said {
				t.Errorf("said %q, want %q", got, test.said)
			}
		})
	}
}

// TestStopTextsOfTheRealTokenizer parts texts as SmolLM2's tokens part them. What is said must be whole characters, and
// together the text before the stop text.
func TestStopTextsOfTheRealTokenizer(t *testing.T) {
	path, err := deps.GGUF()
	if err != nil {
		t.Fatal(err)
	}
	tok, err := tokenizer.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer tok.Close()
	for _, test := range []struct{ text, stop, want string }{
		{"The answer is forty-two. That is all.", "two. Th", "The answer is forty-"},
		{"First line\n\nSecond line", "\n\nSec", "First line"},
		{"1. Apple\n2. Pear\n3. Fig", "le\n2", "1. App"},
		{"Bonjour 👋🏽 à tous 🎉🎉 fin", "🎉🎉", "Bonjour 👋🏽 à tous "},
		{"Bonjour 👋🏽 à tous 🎉 fin", "🎉🎉", "Bonjour 👋🏽 à tous 🎉 fin"},
		{"naïve café", "fé", "naïve ca"},
		{"日本語で答え", "で答え", "日本語"},
		{"<|im_end|> as text", "im_e", "<|"},
	} {
		ids, err := tok.Encode(test.text)
		if err != nil {
			t.Fatal(err)
		}
		if at := strings.Index(test.text, test.stop); at >= 0 {
			if own, err := tok.Encode(test.stop); err != nil || len(own) == 1 && slices.Contains(ids, own[0]) {
				t.Errorf("%q: one of its tokens is %q, which shows nothing (error %v)", test.text, test.stop, err)
			}
		}
		text := NewText(tok.Stream(), []string{test.stop})
		var got strings.Builder
		say := func(now string) {
			if !utf8.ValidString(now) || strings.ContainsRune(now, utf8.RuneError) {
				t.Errorf("%q: said %q", test.text, now)
			}
			got.WriteString(now)
		}
		for _, id := range ids {
			now, stopped := text.Add(id)
			say(now)
			if stopped {
				break
			}
		}
		say(text.Close())
		if got.String() != test.want {
			t.Errorf("%q until %q is %q, want %q", test.text, test.stop, got.String(), test.want)
		}
	}
}
