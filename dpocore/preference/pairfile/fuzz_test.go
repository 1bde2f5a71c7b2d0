package pairfile

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/gonb-dpo/dpocore/preference"
)

// placePattern is how an error names the place in its file.
var placePattern = regexp.MustCompile(`^pairs, (line|row) \d+: |^pairs, element \d+ \(line \d+\): `)

// checkRead holds for whatever is read as "pairs": either pairs that can be
// learned from, or an error that names the file.
func checkRead(t *testing.T, set *preference.Set, err error) {
	t.Helper()
	if err != nil {
		if !strings.HasPrefix(err.Error(), "pairs: ") && !placePattern.MatchString(err.Error()) {
			t.Errorf("the error %q does not say where", err)
		}
		return
	}
	if len(set.Pairs) == 0 {
		t.Error("neither pair nor error")
	}
	last := -1
	for _, pair := range set.Pairs {
		if pair.Line <= last || pair.Unit == "" || pair.Source != "pairs" {
			t.Errorf("a pair after place %d is at %s", last, pair.Where())
		}
		last = pair.Line
		if strings.TrimSpace(pair.Chosen) == "" || strings.TrimSpace(pair.Rejected) == "" || pair.Chosen == pair.Rejected || len(pair.Prompt) == 0 || !(pair.Weight >= 0) {
			t.Errorf("the pair teaches nothing: %+v", pair)
		}
		texts := []string{pair.Chosen, pair.Rejected, pair.Objective}
		for _, turn := range pair.Prompt {
			texts = append(texts, turn.Role, turn.Content)
		}
		for _, text := range texts {
			if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
				t.Errorf("%q is no text", text)
			}
		}
	}
}

func fuzz(f *testing.F, seeds ...string) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := Read(bytes.NewReader(data), "pairs")
		checkRead(t, set, err)
	})
}

func FuzzReadLines(f *testing.F) {
	fuzz(f, good, "\xef\xbb\xbf"+good+"\r\n\n"+good[:20], zip(good),
		`{"chosen":[{"role":"user","content":"a"}],"rejected":[]}`,
		`{"chosen":"\n\nHuman: a\n\nAssistant: b","rejected":"\n\nHuman: a\n\nAssistant: \ud800"}`,
		`{"question":"a","winner":"b","loser":"c","weight":0.5,"objective":"d","chosen ":1}`)
}

func FuzzReadDocument(f *testing.F) {
	fuzz(f, "["+good+","+good+"]", `{"v":1,"data":[`+good+`],"w":{"a":[1]}}`, "{\n"+good[1:]+"{\n"+good[1:],
		`[{"chosen":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"rejected":[]}]`,
		`{"train":[`+good+`],"test":[]}`, `[{"prompt":"\"\\`)
}

func FuzzReadTable(f *testing.F) {
	fuzz(f, "prompt,chosen,rejected\na,b,c\n", "question\tbetter\tworse\tweight\n\"a\"\"\n\"\tb\tc\t1\n",
		"chosen;rejected\n\"[{\"\"role\"\":\"\"assistant\"\",\"\"content\"\":\"\"b\"\"}]\";[]\n", "prompt,choosen,rejected\r\na,b,c\r\n")
}

func FuzzReadParquet(f *testing.F) {
	for _, name := range []string{"plain", "conversations"} {
		whole, err := os.ReadFile("testdata/" + name + ".parquet")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(whole)
	}
	fuzz(f, "PAR1", "PAR1\x00\x00\x00\x00PAR1")
}

// FuzzPairs: a pair comes out of every format as it was written.
func FuzzPairs(f *testing.F) {
	f.Add("Why,\n\"so\"?", "Because\tof; é😀", "[] {\"a\": 1}")
	f.Add(" a\r\nb ", "\u2028<&>", "\\n\u0000")
	f.Fuzz(func(t *testing.T, prompt, chosen, rejected string) {
		pair := preference.Pair{Prompt: user(prompt), Chosen: chosen, Rejected: rejected}
		for _, text := range []string{prompt, chosen, rejected} {
			if !utf8.ValidString(text) || strings.ContainsRune(text, 0) || strings.HasPrefix(text, "\n\nHuman:") {
				t.Skip("no text, or a transcript")
			}
		}
		if pair.Fault() != "" {
			t.Skip("a pair that teaches nothing")
		}
		for format, content := range inEveryFormat(t, []row{{"Why?", "So.", "No."}, {prompt, chosen, rejected}}) {
			want := []string{prompt, chosen, rejected}
			if format == "CSV" || format == "TSV" { // where a line ends in any of the two ways
				for i := range want {
					want[i] = strings.ReplaceAll(want[i], "\r\n", "\n")
				}
				if want[1] == want[2] {
					continue
				}
			}
			set, err := Read(strings.NewReader(content), "pairs")
			if err != nil || len(set.Pairs) != 2 {
				t.Fatalf("%s: %q: %v", format, content, err)
			}
			got := set.Pairs[1]
			if len(got.Prompt) != 1 || !slices.Equal([]string{got.Prompt[0].Content, got.Chosen, got.Rejected}, want) {
				t.Errorf("%s: got %+v, want %q", format, got, want)
			}
		}
	})
}
