package tokenizer

import (
	"strings"
	"testing"
)

// TestNativeCrashes: each of these crashed the process inside tokenizers 0.22.
func TestNativeCrashes(t *testing.T) {
	const decoder = `"decoder":{"type":"ByteLevel",`
	for _, c := range []struct{ name, old, new, want string }{
		{"invalid UTF-8", decoder, decoder + "\"a\xff\":1,", "not valid UTF-8"},
		{"lone surrogate", decoder, decoder + `"a":"\ud800",`, "half of a surrogate pair"},
		{"surrogate pair", decoder, decoder + `"a":"\ud83d\ude00",`, ""},
		{"number out of range", decoder, decoder + `"a":1e999,`, "too large"},
		{"deep nesting", decoder, decoder + `"a":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + ",", "nested deeper than 100"},
		{"invalid character map", `"normalizer":null`, `"normalizer":{"type":"Precompiled","precompiled_charsmap":"!"}`, `"Precompiled"`},
		{"the same with an escape", `"normalizer":null`, `"normalizer":{"type":"P\u0072ecompiled","precompiled_charsmap":"!"}`, `"Precompiled"`},
	} {
		content := strings.Replace(tiny, c.old, c.new, 1)
		if content == tiny {
			t.Fatalf("%s: the text to replace is missing", c.name)
		}
		tok, err := Open(folder(t, map[string]string{jsonFile: content, configFile: `{"eos_token":"<e>"}`}))
		if err == nil {
			tok.Close()
		}
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
