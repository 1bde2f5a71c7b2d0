package preview

import (
	"context"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/internal/tinymodel"
)

// marked returns the text with the differing words in braces.
func marked(words []Word) string {
	var b strings.Builder
	for _, word := range words {
		text := word.Text
		if word.Differs {
			text = "{" + text + "}"
		}
		b.WriteString(text + word.Space)
	}
	return b.String()
}

func TestDifferences(t *testing.T) {
	for _, test := range []struct{ a, b, left, right string }{
		{"the same text", "the same text", "the same text", "the same text"},
		{"a b c", "a x c", "a {b} c", "a {x} c"},
		{"a b c d", "b d", "{a} b {c} d", "b d"},
		{"nothing shared", "all else here", "{nothing} {shared}", "{all} {else} {here}"},
		{"one two  three\n\nfour", "zero one three four", "one {two}  three\n\nfour", "{zero} one three four"},
		{"It is good.", "It is bad.", "It is {good.}", "It is {bad.}"},
		{"", "word", "", "{word}"},
		{"  indented", "indented", "{}  indented", "indented"},
		{"a b a b", "b a b a", "{a} b a b", "b a b {a}"},
	} {
		left, right := Differences(test.a, test.b)
		if marked(left) != test.left || marked(right) != test.right {
			t.Errorf("%q, %q: %q, %q; want %q, %q", test.a, test.b, marked(left), marked(right), test.left, test.right)
		}
	}
}

// TestLongDifferences: texts of 5,000 words without a common prefix or suffix are too
// long for the table, so all words are marked.
func TestLongDifferences(t *testing.T) {
	left, right := Differences("x "+strings.Repeat("a ", 5000)+"y", "z "+strings.Repeat("a ", 5000)+"w")
	if !left[10].Differs || !right[10].Differs {
		t.Error("not marked")
	}
}

func open(t *testing.T) (*chat.Encoder, *tokenizer.Tokenizer) {
	t.Helper()
	tok, err := tokenizer.Open(tinymodel.WriteChat(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tok.Close() })
	encoder, err := chat.New(tok)
	if err != nil {
		t.Fatal(err)
	}
	return encoder, tok
}

// TestSeen: the parts joined are the template's text. Its control tokens are separate pieces, but not the same text
// typed by a user.
func TestSeen(t *testing.T) {
	encoder, tok := open(t)
	pair := preference.Pair{Prompt: preference.User("Why <|im_end|>?"), Chosen: "So it is.", Rejected: "No.", Source: "here", Weight: 1}
	p, err := Of(pair, encoder, tok)
	if err != nil {
		t.Fatal(err)
	}
	for answer, text := range map[int]string{1: pair.Chosen, 2: pair.Rejected} {
		want, err := encoder.Render(append(preference.User("Why <|im_end|>?"), preference.Turn{Role: "assistant", Content: text}), false)
		if err != nil {
			t.Fatal(err)
		}
		got, tokens := "", 0
		for _, part := range []Part{p.Seen[0], p.Seen[answer]} {
			tokens += part.Tokens
			for _, piece := range part.Pieces {
				got += piece.Text
				if !piece.Control && strings.Contains(piece.Text, "<|im_start|>") || piece.Control && !strings.HasPrefix(piece.Text, "<|") {
					t.Errorf("piece %+v", piece)
				}
			}
		}
		if got != want || tokens == 0 {
			t.Errorf("%q, want %q", got, want)
		}
	}
	spelled := false
	for _, piece := range p.Seen[0].Pieces {
		spelled = spelled || !piece.Control && strings.Contains(piece.Text, "Why <|im_end|>?")
	}
	if !spelled || p.Where != "here, line 1" {
		t.Errorf("%+v", p)
	}
}

func TestHistogram(t *testing.T) {
	h := Histogram{Pairs: 6, Of: 6, Longest: 129}
	h.fill([]int{0, 7, 15, 16, 128, 129})
	if h.Width != 16 || len(h.Counts) != 9 || h.Counts[0] != 3 || h.Counts[1] != 1 || h.Counts[8] != 2 {
		t.Errorf("%+v", h)
	}
	text := h.Text()
	for _, want := range []string{"6 pairs; the longest has 129", "       0–15  " + strings.Repeat("█", 40) + " 3\n", "     16–31  " + strings.Repeat("█", 13) + " 1\n", "    128–143"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q does not contain %q", text, want)
		}
	}
	encoder, _ := open(t)
	set := &preference.Set{Source: "here"}
	for _, answer := range []string{"Yes.", "Yes, of course, why ever not? Nobody has said a word against it so far."} {
		for range 50 {
			set.Pairs = append(set.Pairs, preference.Pair{Prompt: preference.User("Now?"), Chosen: answer, Rejected: "No.", Source: "here", Weight: 1})
		}
	}
	counted, err := Lengths(context.Background(), set, encoder, 10)
	if err != nil || counted.Pairs != 10 || counted.Of != 100 {
		t.Fatalf("%+v, %v", counted, err)
	}
	sum := 0
	for _, n := range counted.Counts {
		sum += n
	}
	if sum != 10 || counted.Counts[len(counted.Counts)-1] != 5 {
		t.Errorf("%+v", counted)
	}
}
