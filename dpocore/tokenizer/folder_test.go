package tokenizer

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// tiny is a byte-level tokenizer with seven tokens.
const tiny = `{"version":"1.0","added_tokens":[
 {"id":4,"content":"<e>","single_word":false,"lstrip":false,"rstrip":true,"normalized":false,"special":true},
 {"id":6,"content":"<t>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
 "normalizer":null,"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
 "post_processor":null,"decoder":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
 "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,
 "fuse_unk":false,"byte_fallback":false,"vocab":{"a":0,"b":1,"ab":2,"Ā":3},"merges":["a b"]}}`

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFolder(t *testing.T) {
	for name, test := range map[string]struct {
		files    map[string]string
		template string
		names    Names
		eosIDs   []int32
	}{
		"names as objects, template in the configuration": {
			map[string]string{configFile: `{"eos_token":{"content":"<e>"},"bos_token":null,"chat_template":"T"}`},
			"T", Names{EOS: "<e>"}, []int32{4},
		},
		"template file first, ends of the generation": {
			map[string]string{configFile: `{"eos_token":"<e>","chat_template":"T"}`, templateFile: "F", "generation_config.json": `{"eos_token_id":[4,6]}`},
			"F", Names{EOS: "<e>"}, []int32{4, 6},
		},
		"named templates, names in the map": {
			map[string]string{configFile: `{"chat_template":[{"name":"tool_use","template":"U"},{"name":"default","template":"D"}]}`,
				specialsFile: `{"eos_token":"<t>","pad_token":{"content":"a"}}`},
			"D", Names{EOS: "<t>", Pad: "a"}, []int32{6},
		},
		"names that few models have": {
			map[string]string{configFile: `{"cls_token":"<e>","sep_token":{"content":"<t>"},"mask_token":"a"}`, "config.json": `{"eos_token_id":6}`},
			"", Names{Class: "<e>", Separator: "<t>", Mask: "a"}, []int32{6},
		},
		"end of text in config.json alone": {
			map[string]string{"config.json": `{"eos_token_id":6}`}, "", Names{}, []int32{6},
		},
	} {
		t.Run(name, func(t *testing.T) {
			test.files[jsonFile] = tiny
			tok, err := Open(folder(t, test.files))
			if err != nil {
				t.Fatal(err)
			}
			defer tok.Close()
			if tok.ChatTemplate() != test.template || tok.Names() != test.names || !reflect.DeepEqual(tok.EOSIDs(), test.eosIDs) {
				t.Errorf("template %q, names %+v, ends %v", tok.ChatTemplate(), tok.Names(), tok.EOSIDs())
			}
			if tok.VocabSize() != 7 {
				t.Errorf("vocabulary of %d, want 7", tok.VocabSize())
			}
			if want := (Special{ID: 4, Text: "<e>", StripsRight: true}); tok.Specials()[0] != want {
				t.Errorf("first special token %+v, want %+v", tok.Specials()[0], want)
			}
		})
	}
}

func TestBrokenFolder(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		want  string
	}{
		"no tokenizer":       {map[string]string{}, "no tokenizer.json"},
		"no end of text":     {map[string]string{jsonFile: tiny}, "eos_token"},
		"unknown name":       {map[string]string{jsonFile: tiny, configFile: `{"eos_token":"<x>"}`}, `eos_token is "<x>"`},
		"end out of range":   {map[string]string{jsonFile: tiny, "config.json": `{"eos_token_id":7}`}, "eos_token_id is 7"},
		"torn configuration": {map[string]string{jsonFile: tiny, configFile: `{"eos`}, configFile},
		"torn tokenizer":     {map[string]string{jsonFile: tiny[:200], configFile: `{"eos_token":"<e>"}`}, jsonFile},
		"no default":         {map[string]string{jsonFile: tiny, configFile: `{"eos_token":"<e>","chat_template":[{"name":"x","template":"y"}]}`}, `"default"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(folder(t, test.files))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("no error for a path that does not exist")
	}
}

// TestRebuildingClassIsReplaced: WriteFiles replaces classes that would rebuild the tokenizer, and no others.
func TestRebuildingClassIsReplaced(t *testing.T) {
	for class, want := range map[string]string{
		"GPT2Tokenizer": "PreTrainedTokenizerFast", "GPT2TokenizerFast": "PreTrainedTokenizerFast",
		"LlamaTokenizer": "PreTrainedTokenizerFast", "LlamaTokenizerFast": "PreTrainedTokenizerFast",
		"TokenizersBackend": "PreTrainedTokenizerFast", "Qwen2Tokenizer": "Qwen2Tokenizer",
	} {
		tok, err := Open(folder(t, map[string]string{jsonFile: tiny, configFile: `{"eos_token": "<e>", "tokenizer_class": "` + class + `"}`}))
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if err := tok.WriteFiles(dir); err != nil {
			t.Fatal(err)
		}
		tok.Close()
		got, err := os.ReadFile(filepath.Join(dir, configFile))
		if want := `{"eos_token": "<e>", "tokenizer_class": "` + want + `"}`; err != nil || string(got) != want {
			t.Errorf("got %s, %v\nwant %s", got, err, want)
		}
	}
}
