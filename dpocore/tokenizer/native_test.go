package tokenizer

import (
	"strings"
	"testing"
)

// TestWhatEndsTheNativeLibrary: each of these ended the process inside tokenizers 0.22.
func TestWhatEndsTheNativeLibrary(t *testing.T) {
	const decoder = `"decoder":{"type":"ByteLevel",`
	for _, c := range []struct{ name, old, new, says string }{
		{"bytes that are no UTF-8", decoder, decoder + "\"a\xff\":1,", "no UTF-8"},
		{"half of a character", decoder, decoder + `"a":"\ud800",`, "half of a character"},
		{"a pair of halves", decoder, decoder + `"a":"\ud83d\ude00",`, ""},
		{"a number without end", decoder, decoder + `"a":1e999,`, "too large"},
		{"nested without end", decoder, decoder + `"a":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + ",", "nested deeper than 100"},
		{"a map of letters that is none", `"normalizer":null`, `"normalizer":{"type":"Precompiled","precompiled_charsmap":"!"}`, `"Precompiled"`},
		{"the same, written otherwise", `"normalizer":null`, `"normalizer":{"type":"P\u0072ecompiled","precompiled_charsmap":"!"}`, `"Precompiled"`},
	} {
		content := strings.Replace(tiny, c.old, c.new, 1)
		if content == tiny {
			t.Fatalf("%s: nothing is replaced", c.name)
		}
		tok, err := Open(folder(t, map[string]string{jsonFile: content, configFile: `{"eos_token":"<e>"}`}))
		if err == nil {
			tok.Close()
		}
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
