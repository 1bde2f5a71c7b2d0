package pairfile

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/errtest"
	"example.com/gonb-dpo/internal/shared"
)

func user(text string) []preference.Turn { return []preference.Turn{{Role: "user", Content: text}} }

func TestForms(t *testing.T) {
	dialogue := []preference.Turn{{Role: "system", Content: "Be kind."}, {Role: "user", Content: "Hi"}, {Role: "assistant", Content: "Hello!"}, {Role: "user", Content: "Why?"}}
	for name, test := range map[string]struct {
		line string
		want preference.Pair
	}{
		"explicit prompt": {
			`{"prompt":"Why?","chosen":"So.","rejected":"No.","objective":"tone","weight":0.5}`,
			preference.Pair{Prompt: user("Why?"), Chosen: "So.", Rejected: "No.", Objective: "tone", Weight: 0.5},
		},
		// As TRL's extract_prompt splits its own example: the space goes with the answers.
		"common beginning": {
			`{"chosen":"The sky is blue.","rejected":"The sky is green."}`,
			preference.Pair{Prompt: user("The sky is"), Chosen: " blue.", Rejected: " green.", Weight: 1},
		},
		// é and è share their first byte: the cut is between characters.
		"common beginning in characters": {
			`{"chosen":"Cafés","rejected":"Cafès"}`,
			preference.Pair{Prompt: user("Caf"), Chosen: "és", Rejected: "ès", Weight: 1},
		},
		"transcript": {
			`{"chosen":"\n\nHuman: Hi \n\nAssistant: Hello!\n\nHuman: Why?\n\nAssistant:  So.\n","rejected":"\n\nHuman: Hi\n\nAssistant: Hello!\n\nHuman: Why?\n\nAssistant: No."}`,
			preference.Pair{Prompt: []preference.Turn{{Role: "user", Content: "Hi"}, {Role: "assistant", Content: "Hello!"}, {Role: "user", Content: "Why?"}}, Chosen: "So.", Rejected: "No.", Weight: 1},
		},
		"turns with prompt": {
			`{"prompt":[{"role":"system","content":"Be kind."},{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello!"},{"role":"user","content":"Why?"}],
			  "chosen":[{"role":"assistant","content":"So."}],"rejected":[{"role":"assistant","content":"No."}]}`,
			preference.Pair{Prompt: dialogue, Chosen: "So.", Rejected: "No.", Weight: 1},
		},
		"turns without prompt": {
			`{"chosen":[{"role":"user","content":"Why?"},{"role":"assistant","content":"So."}],"rejected":[{"role":"user","content":"Why?"},{"role":"assistant","content":"No."}]}`,
			preference.Pair{Prompt: user("Why?"), Chosen: "So.", Rejected: "No.", Weight: 1},
		},
		"turns with their prompt repeated as a string": {
			`{"prompt":"Why?","chosen":[{"role":"user","content":"Why?"},{"role":"assistant","content":"So."}],"rejected":[{"role":"user","content":"Why?"},{"role":"assistant","content":"No."}]}`,
			preference.Pair{Prompt: user("Why?"), Chosen: "So.", Rejected: "No.", Weight: 1},
		},
		"prompt of turns, answers of text": {
			`{"prompt":[{"role":"user","content":"Why?"}],"chosen":"So.","rejected":"No."}`,
			preference.Pair{Prompt: user("Why?"), Chosen: "So.", Rejected: "No.", Weight: 1},
		},
		"escaped emoji, escaped backslash before u": {
			`{"prompt":"\ud83d\ude00","chosen":"\\ud83d","rejected":"No.","objective":null,"weight":null}`,
			preference.Pair{Prompt: user("😀"), Chosen: `\ud83d`, Rejected: "No.", Weight: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			test.want.Source, test.want.Line, test.want.Unit = "pairs", 2, "line"
			line := strings.ReplaceAll(test.line, "\n", " ")
			set, err := Read(strings.NewReader("\xef\xbb\xbf\n \r\n"+line+"\r\n\n"), "pairs")
			if err != nil {
				t.Fatal(err)
			}
			if want := []preference.Pair{test.want}; !reflect.DeepEqual(set.Pairs, want) {
				t.Errorf("got  %+v\nwant %+v", set.Pairs, want)
			}
		})
	}
}

const good = `{"prompt":"Why?","chosen":"So.","rejected":"No."}` + "\n"

func TestBrokenLines(t *testing.T) {
	for name, test := range map[string]struct {
		line string
		want []string
	}{
		"not JSON":           {"oops\n", []string{"line 3", "not JSON"}},
		"a list":             {"[1]\n", []string{"line 3", "a list", "JSON object"}},
		"null":               {"null\n", []string{"line 3", "null"}},
		"two objects":        {"{} {}\n", []string{"line 3", "not JSON"}},
		"missing rejected":   {`{"prompt":"a","chosen":"b"}` + "\n", []string{"line 3", `"rejected" is missing`}},
		"wrong case":         {`{"prompt":"a","Chosen":"b","rejected":"c"}` + "\n", []string{"line 3", `"chosen" is missing`}},
		"missing prompt":     {`{"chosen":"b","rejected":"c"}` + "\n", []string{"line 3", `"prompt" is missing`, "line 1"}},
		"prompt is a number": {`{"prompt":7,"chosen":"b","rejected":"c"}` + "\n", []string{"line 3", `"prompt" is a number`}},
		"chosen is null":     {`{"prompt":"a","chosen":null,"rejected":"c"}` + "\n", []string{"line 3", `"chosen" is null`}},
		"another form":       {`{"prompt":"a","chosen":[],"rejected":[]}` + "\n", []string{"line 3", `"chosen" is a list`, "line 1"}},
		"mixed answers":      {`{"prompt":"a","chosen":[],"rejected":"c"}` + "\n", []string{"line 3", `"rejected" is a string`}},
		"weight is text":     {`{"prompt":"a","chosen":"b","rejected":"c","weight":"1"}` + "\n", []string{"line 3", `"weight" is a string`}},
		"negative weight":    {`{"prompt":"a","chosen":"b","rejected":"c","weight":-1}` + "\n", []string{"line 3", `"weight" is -1`}},
		"huge weight":        {`{"prompt":"a","chosen":"b","rejected":"c","weight":1e999}` + "\n", []string{"line 3", `"weight" is 1e999`}},
		"objective is false": {`{"prompt":"a","chosen":"b","rejected":"c","objective":false}` + "\n", []string{"line 3", `"objective" is a boolean`}},
		"not UTF-8":          {"{\"prompt\":\"\xff\",\"chosen\":\"b\",\"rejected\":\"c\"}\n", []string{"line 3", "byte 12 is not UTF-8"}},
		"NUL byte":           {"{\"prompt\":\"\x00\",\"chosen\":\"b\",\"rejected\":\"c\"}\n", []string{"line 3", "NUL"}},
		"escaped NUL":        {`{"prompt":"a","chosen":"\u0000","rejected":"c"}` + "\n", []string{"line 3", `"chosen"`, "NUL"}},
		"half a surrogate":   {`{"prompt":"a","chosen":"x\ud83d","rejected":"c"}` + "\n", []string{"line 3", `"chosen"`, `\ud83d`}},
		"torn last line":     {`{"prompt":"a","chosen":"b`, []string{"line 3", "last line", "cut off"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(strings.NewReader(good+"\n"+test.line), "my pairs.jsonl")
			errtest.Contains(t, err, append(test.want, "my pairs.jsonl")...)
		})
	}
}

func TestBrokenTurns(t *testing.T) {
	for name, test := range map[string]struct {
		turn string
		want []string
	}{
		"no content":      {`{"role":"user"}`, []string{`"chosen[0].content" is missing`}},
		"no role":         {`{"content":"a"}`, []string{`"chosen[0].role" is missing`}},
		"unknown role":    {`{"role":"human","content":"a"}`, []string{`"chosen[0].role" is "human"`, "assistant"}},
		"content of list": {`{"role":"user","content":[]}`, []string{`"chosen[0].content" is a list`}},
		"turn is text":    {`"a"`, []string{`"chosen[0]" is a string`}},
		"turn is null":    {`null`, []string{`"chosen[0]" is null`}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(strings.NewReader(`{"chosen":[`+test.turn+`],"rejected":[]}`), "pairs.jsonl")
			errtest.Contains(t, err, append(test.want, "pairs.jsonl, line 1")...)
		})
	}
}

func TestBrokenTranscript(t *testing.T) {
	first := `{"chosen":"\n\nHuman: a\n\nAssistant: b","rejected":"\n\nHuman: a\n\nAssistant: c"}` + "\n"
	for line, field := range map[string]string{
		`{"chosen":"a","rejected":"\n\nHuman: a"}`: `"chosen"`,
		`{"chosen":"\n\nHuman: a","rejected":"a"}`: `"rejected"`,
	} {
		_, err := Read(strings.NewReader(first+line), "pairs.jsonl")
		errtest.Contains(t, err, "line 2", field, "Human:")
	}
}

func TestLeftOut(t *testing.T) {
	for name, test := range map[string]struct{ line, reason string }{
		"empty":              {`{"prompt":"a","chosen":"","rejected":"c"}`, preference.EmptyAnswer},
		"blank":              {`{"prompt":"a","chosen":"b","rejected":" \n"}`, preference.EmptyAnswer},
		"equal":              {`{"prompt":"a","chosen":"b","rejected":"b"}`, preference.EqualAnswers},
		"no turns":           {`{"prompt":[],"chosen":"b","rejected":"c"}`, preference.NoPrompt},
		"nothing in common":  {`{"chosen":"b","rejected":"c"}`, preference.DifferentPrompts},
		"all in common":      {`{"chosen":"b","rejected":"b"}`, preference.EqualAnswers},
		"one begins other":   {`{"chosen":"bc","rejected":"b"}`, preference.EmptyAnswer},
		"different prompts":  {`{"chosen":"\n\nHuman: a\n\nAssistant: b","rejected":"\n\nHuman: x\n\nAssistant: c"}`, preference.DifferentPrompts},
		"different lengths":  {`{"chosen":"\n\nHuman: a\n\nAssistant: b","rejected":"\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant: d"}`, preference.DifferentPrompts},
		"last is the user's": {`{"chosen":"\n\nHuman: a","rejected":"\n\nHuman: b"}`, preference.NotAssistant},
		"role is user":       {`{"prompt":[{"role":"user","content":"a"}],"chosen":[{"role":"user","content":"b"}],"rejected":[{"role":"assistant","content":"c"}]}`, preference.NotAssistant},
		"empty list":         {`{"prompt":[{"role":"user","content":"a"}],"chosen":[],"rejected":[{"role":"assistant","content":"c"}]}`, preference.EmptyAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(strings.NewReader(test.line), "pairs")
			errtest.Contains(t, err, "no pair is left", "kept 0 pairs, left out 1: 1 "+test.reason)
		})
	}
}

func TestEmptyFile(t *testing.T) {
	_, err := Read(strings.NewReader("\n\n"), "pairs.jsonl")
	errtest.Contains(t, err, "pairs.jsonl", "empty")
}

func TestReport(t *testing.T) {
	set := &preference.Set{Pairs: make([]preference.Pair, 2303)}
	if got, want := set.Report(), "kept 2303 pairs"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, reason := range []string{preference.EmptyAnswer, preference.DifferentPrompts, preference.EmptyAnswer, preference.DifferentPrompts, preference.EmptyAnswer, preference.DifferentPrompts, preference.EmptyAnswer, preference.DifferentPrompts, preference.DifferentPrompts} {
		set.Skipped = append(set.Skipped, preference.Skip{Reason: reason})
	}
	if got, want := set.Report(), "kept 2303 pairs, left out 9: 5 different prompts, 4 empty answers"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A gzipped file is told by its content, long lines are read whole, and a
// file that was cut off is an error.
func TestGzipLongAndCut(t *testing.T) {
	long := strings.Repeat("word ", 2<<20)
	line := `{"prompt":"` + long + `","chosen":"b","rejected":"c"}`
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	w.Write([]byte(line))
	w.Close()
	path := filepath.Join(t.TempDir(), "pairs.jsonl")
	for name, data := range map[string][]byte{"plain": []byte(line), "gzipped": zipped.Bytes()} {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		set, err := ReadFile(path)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := set.Pairs[0].Prompt[0].Content; got != long {
			t.Errorf("%s: prompt of %d bytes, want %d", name, len(got), len(long))
		}
	}
	_, err := Read(bytes.NewReader(zipped.Bytes()[:zipped.Len()/2]), "pairs.gz")
	errtest.Contains(t, err, "pairs.gz", "line 1", "cut off")
	if _, err := ReadFile(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("no error for a file that does not exist")
	}
}

// The counts are those of parity/README.md beside the recorded data.
func TestHarmlessBase(t *testing.T) {
	set, err := ReadFile(shared.Path(t, "data/hh-rlhf/harmless-base/test.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := set.Report(), "kept 2303 pairs, left out 9: 5 different prompts, 4 empty answers"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
