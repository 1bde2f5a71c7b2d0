package chat

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/tokenizer"
)

// tiny opens a tokenizer of single letters with the control token <e>, which
// strips the whitespace after it, and the given pre-tokenizer.
func tiny(t *testing.T, pre string) *tokenizer.Tokenizer {
	t.Helper()
	dir := t.TempDir()
	for name, data := range map[string]string{
		"tokenizer.json": `{"version":"1.0","added_tokens":[
 {"id":6,"content":"<e>","single_word":false,"lstrip":false,"rstrip":true,"normalized":false,"special":true},
 {"id":7,"content":"<e><e>","single_word":false,"lstrip":true,"rstrip":false,"normalized":false,"special":true}],
 "normalizer":null,"pre_tokenizer":` + pre + `,"post_processor":null,"decoder":null,
 "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,
 "fuse_unk":false,"byte_fallback":false,"vocab":{"a":0,"b":1,"<":2,"e":3,">":4,"Ġ":5},"merges":[]}}`,
		"tokenizer_config.json": `{"eos_token":"<e>"}`,
		"chat_template.jinja":   "{% for m in messages %}{{ m.content }}<e>{% endfor %}",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tok, err := tokenizer.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tok.Close() })
	return tok
}

// TestPiecesFollowTokenSettings: whitespace next to a control token is stripped
// according to the token's settings, and of two tokens with the same prefix the
// longer one matches, as in the native library.
func TestPiecesFollowTokenSettings(t *testing.T) {
	tok := tiny(t, `{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}`)
	control := newControlTokens(tok)
	for _, text := range []string{"a<e> b", "a <e>b", "a  <e><e> b", "<e><e><e> a", "a", "", "<e>"} {
		want, err := tok.EncodeControl(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := control.encode(text, marks{})
		if err != nil || !reflect.DeepEqual(append([]int32{}, got...), want) {
			t.Errorf("%q: in pieces %v, %v, as a whole %v", text, got, err, want)
		}
	}
	e, err := New(tok)
	if err != nil {
		t.Fatal(err)
	}
	// a, then <, e and > as letters, then the template's control token
	got, err := e.Prompt(user("a<e>"))
	if want := []int32{0, 2, 3, 4, 6}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

// TestSpelledTokenNeedsPieces: a tokenizer that prepends a space to a text can't
// encode pieces.
func TestSpelledTokenNeedsPieces(t *testing.T) {
	e, err := New(tiny(t, `{"type": "Metaspace", "replacement": "Ġ", "prepend_scheme": "first", "split": true}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Prompt(user("ab")); err != nil {
		t.Errorf("plain text: %v", err)
	}
	if _, err := e.Prompt(user("a<e>")); err == nil || !strings.Contains(err.Error(), "<e>") {
		t.Errorf("error %v does not name the token", err)
	}
}
