package tokenizer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzFolder: no tokenizer.json or tokenizer_config.json crashes the process, including the native library, and all ids are
// within the vocabulary.
func FuzzFolder(f *testing.F) {
	f.Add([]byte(tiny), []byte(`{"eos_token": "<e>"}`))
	f.Add([]byte(tiny), []byte(`{"eos_token": {"content": "<e>"}, "chat_template": [{"name": "default", "template": "x"}]}`))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, tokenizer, config []byte) {
		for name, content := range map[string][]byte{jsonFile: tokenizer, configFile: config} {
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		tok, err := Open(dir)
		if err != nil {
			return
		}
		defer tok.Close()
		checkIDs(t, tok, "ab ab<e>")
	})
}

// FuzzEncode: no text and no part of a tokenizer.json crashes the native library, and all ids are within the vocabulary.
func FuzzEncode(f *testing.F) {
	const byteLevel = `{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}`
	for _, c := range [][4]string{ // of normalizer, pre_tokenizer, decoder and text
		{"null", byteLevel, byteLevel, "ab ab<e>"},
		{`{"type":"NFC"}`, `{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},` + byteLevel + `]}`, byteLevel, "a1é\u0301"},
		{`{"type":"Replace","pattern":{"Regex":"a+"},"content":"b"}`, `{"type":"Split","pattern":{"Regex":"\\s+"},"behavior":"Isolated","invert":false}`,
			`{"type":"Fuse"}`, "a\xffb\u2028"},
		{`{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Strip","strip_left":true,"strip_right":true}]}`,
			`{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}`,
			`{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Strip","content":" ","start":1,"stop":0}]}`, " ab "},
	} {
		f.Add(c[0], c[1], c[2], c[3])
	}
	frame := strings.NewReplacer(`"normalizer":null`, "%n", `"pre_tokenizer":`+byteLevel, "%p", `"decoder":`+byteLevel, "%d").Replace(tiny)
	f.Fuzz(func(t *testing.T, normalizer, preTokenizer, decoder, text string) {
		content := strings.NewReplacer("%n", `"normalizer":`+normalizer, "%p", `"pre_tokenizer":`+preTokenizer, "%d", `"decoder":`+decoder).Replace(frame)
		from := source{json: []byte(content), config: []byte(`{"eos_token":"<e>"}`)}
		if err := from.readConfig(); err != nil {
			t.Fatal(err)
		}
		tok, err := newTokenizer(from)
		if err != nil {
			return
		}
		defer tok.Close()
		checkIDs(t, tok, text)
	})
}

// checkIDs encodes a text with and without control tokens, and decodes the ids.
func checkIDs(t *testing.T, tok *Tokenizer, text string) {
	t.Helper()
	for _, encode := range []func(string) ([]int32, error){tok.Encode, tok.EncodeControl} {
		ids, err := encode(text)
		if err != nil {
			return
		}
		for _, id := range ids {
			if id < 0 || int(id) >= tok.VocabSize() {
				t.Errorf("the id %d is outside the vocabulary of %d", id, tok.VocabSize())
			}
		}
		_ = tok.Decode(ids, false)
	}
}
