package tokenizer

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"example.com/gonb-dpo/internal/deps"
)

var openSmol = sync.OnceValues(func() (*Tokenizer, error) {
	path, err := deps.GGUF()
	if err != nil {
		return nil, err
	}
	return Open(path)
})

func smol(t testing.TB) *Tokenizer {
	t.Helper()
	tok, err := openSmol()
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// Recorded with Hugging Face tokenizers 0.23.3, encode_special_tokens = True,
// from the tokens and merges of SmolLM2-135M-Instruct with its digit split.
var recorded = map[string][]int32{
	"":                          {},
	"Hello, world!":             {19556, 28, 905, 17},
	"\n\n1. One\n\n2. Two":      {1116, 33, 30, 1963, 1116, 34, 30, 5713},
	"2024-11-05: 3.14159":       {34, 32, 34, 36, 29, 33, 33, 29, 32, 37, 42, 216, 35, 30, 33, 36, 33, 37, 41},
	"a\r\nb\r\n\r\nc":           {81, 201, 198, 82, 7209, 198, 83},
	" leading and trailing  ":   {2899, 284, 35079, 256},
	"don't we'll I'M":           {12420, 982, 392, 3060, 339, 23, 61},
	"😀👩\u200d👩\u200d👧🇨🇭":        {10813, 242, 218, 10813, 235, 119, 321, 231, 10813, 235, 119, 321, 231, 10813, 235, 117, 10813, 225, 118, 10813, 225, 251},
	"Grüße, naïve café – ½":     {27302, 7170, 34878, 85, 28, 15486, 46494, 37366, 816, 216, 16738},
	"日本語のテキスト":                  {23274, 115, 40993, 179, 120, 248, 26453, 11100, 224, 10391, 251, 10391, 134, 11100, 226},
	"مرحبا 123":                 {21706, 20602, 44626, 31462, 10805, 216, 33, 34, 35},
	"\t\tif (x<y) {\n\t}":       {197, 197, 342, 365, 104, 44, 105, 25, 1662, 198, 197, 109},
	"a\u0301\u00a0\u3000b":      {81, 151, 219, 15442, 12109, 218, 82},
	"x<|im_end|>y <|im_start|>": {104, 44, 108, 306, 79, 486, 108, 46, 105, 2067, 108, 306, 79, 3738, 108, 46},
}

func TestEncodeAsHuggingFace(t *testing.T) {
	tok := smol(t)
	for text, want := range recorded {
		got, err := tok.Encode(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %v, %v\nwant %v", text, got, err, want)
		}
		if back := tok.Decode(got, false); back != text {
			t.Errorf("%q was decoded as %q", text, back)
		}
	}
	// The same recording with encode_special_tokens = False.
	got, err := tok.EncodeControl("x<|im_end|>y <|im_start|>")
	if want := []int32{104, 2, 105, 216, 1}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("control tokens: got %v, %v, want %v", got, err, want)
	}
	if got := tok.Decode([]int32{104, 2, 105, 1}, true); got != "xy" {
		t.Errorf("decoded without special tokens: %q", got)
	}
}

func TestNUL(t *testing.T) {
	tok := smol(t)
	if _, err := tok.Encode("a\x00b"); !errors.Is(err, ErrNUL) {
		t.Errorf("error %v, want ErrNUL", err)
	}
	// Token 190 of SmolLM2 is the byte 0, 104 and 105 are x and y.
	if got, want := tok.Decode([]int32{104, 190, 190, 105}, false), "x\x00\x00y"; got != want {
		t.Errorf("decoded %q, want %q", got, want)
	}
}

func TestNamedTokens(t *testing.T) {
	tok := smol(t)
	if want := (Names{BOS: "<|im_start|>", EOS: "<|im_end|>", Unknown: "<|endoftext|>", Pad: "<|im_end|>"}); tok.Names() != want {
		t.Errorf("names are %+v, want %+v", tok.Names(), want)
	}
	if id, ok := tok.ID(tok.Names().BOS); id != 1 || !ok {
		t.Errorf("bos is %d, %v", id, ok)
	}
	if tok.EOS() != 2 || tok.Pad() != 2 || !reflect.DeepEqual(tok.EOSIDs(), []int32{2}) {
		t.Errorf("eos %d, pad %d, all ends %v", tok.EOS(), tok.Pad(), tok.EOSIDs())
	}
	if n := len(tok.Specials()); n != 17 {
		t.Errorf("%d special tokens, want 17", n)
	}
	if tok.VocabSize() != 49152 {
		t.Errorf("vocabulary of %d, want 49152", tok.VocabSize())
	}
	if !tok.Separable() {
		t.Error("a byte-level tokenizer is separable")
	}
}

func TestStream(t *testing.T) {
	tok := smol(t)
	for text, ids := range recorded {
		stream := tok.Stream()
		var got strings.Builder
		for _, id := range ids {
			part := stream.Add(id)
			if strings.Contains(part, "\uFFFD") {
				t.Errorf("%q: part of a character was returned in %q", text, part)
			}
			got.WriteString(part)
		}
		got.WriteString(stream.Close())
		if got.String() != text {
			t.Errorf("%q was decoded as %q", text, got.String())
		}
	}
	stream := tok.Stream()
	stream.Add(10813) // the first two bytes of 😀
	if got := stream.Close(); got != "\uFFFD" {
		t.Errorf("an incomplete character was decoded as %q", got)
	}
	if got := stream.Add(2); got != "" {
		t.Errorf("a special token was decoded as %q", got)
	}
}

// TestWriteFiles: the files that WriteFiles writes give the same tokenizer.
func TestWriteFiles(t *testing.T) {
	tok := smol(t)
	dir := t.TempDir()
	if err := tok.WriteFiles(dir); err != nil {
		t.Fatal(err)
	}
	again, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if again.Hash() != tok.Hash() || again.ChatTemplate() != tok.ChatTemplate() || again.Names() != tok.Names() || again.EOS() != tok.EOS() {
		t.Error("the tokenizer read back differs")
	}
	second := t.TempDir()
	if err := again.WriteFiles(second); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{jsonFile, configFile, specialsFile, templateFile} {
		a, errA := os.ReadFile(filepath.Join(dir, name))
		b, errB := os.ReadFile(filepath.Join(second, name))
		if errA != nil || errB != nil || string(a) != string(b) {
			t.Errorf("%s differs after a second round trip: %v, %v", name, errA, errB)
		}
	}
	if names, _ := filepath.Glob(filepath.Join(dir, ".*")); len(names) > 0 {
		t.Errorf("temporary files were not removed: %v", names)
	}
	if err := tok.WriteFiles(filepath.Join(dir, jsonFile)); err == nil {
		t.Error("no error for a folder that is a file")
	}
}

// TestConfigFile: transformers reads the end-of-text token and the template from
// tokenizer_config.json.
func TestConfigFile(t *testing.T) {
	var config map[string]any
	if err := json.Unmarshal(smol(t).source.config, &config); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{
		"eos_token": "<|im_end|>", "bos_token": "<|im_start|>", "pad_token": "<|im_end|>", "unk_token": "<|endoftext|>",
		"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 8192.0, "clean_up_tokenization_spaces": false,
		"chat_template": smol(t).ChatTemplate(),
	} {
		if config[key] != want {
			t.Errorf("%s is %v, want %v", key, config[key], want)
		}
	}
}
