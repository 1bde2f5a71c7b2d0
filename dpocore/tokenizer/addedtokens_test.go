package tokenizer

import (
	"strings"
	"testing"
)

// TestAddedTokens: tokens that transformers would add to those of tokenizer.json are refused, wherever they are named.
func TestAddedTokens(t *testing.T) {
	const config = `"eos_token":"<e>"`
	for _, c := range []struct{ name, content, want string }{
		{addedFile, `{"<t>":6}`, ""},
		{addedFile, `{"<new>":7}`, `added_tokens.json has the token "<new>"`},
		{configFile, `{` + config + `,"added_tokens_decoder":{"4":{"content":"<e>"}},"additional_special_tokens":["<t>"],"extra_special_tokens":{}}`, ""},
		{configFile, `{` + config + `,"added_tokens_decoder":{"7":{"content":"<new>"}}}`, `tokenizer_config.json has the token "<new>"`},
		{configFile, `{` + config + `,"additional_special_tokens":[{"content":"ab"}]}`, `the token "ab"`},
		{configFile, `{` + config + `,"extra_special_tokens":{"image_token":"<image>"}}`, `the token "<image>"`},
		{configFile, `{` + config + `,"extra_special_tokens":["<image>"]}`, `the token "<image>"`},
		{configFile, `{` + config + `,"extra_special_tokens":7}`, `extra_special_tokens`},
		{configFile, `{` + config + `,"pad_token":"[PAD]"}`, `pad_token is "[PAD]", which tokenizer.json lacks; load it with`},
		{specialsFile, `{"additional_special_tokens":["<new>"]}`, `special_tokens_map.json has the token "<new>"`},
	} {
		files := map[string]string{jsonFile: tiny, configFile: "{" + config + "}"}
		files[c.name] = c.content
		tok, err := Open(folder(t, files))
		if err == nil {
			tok.Close()
		}
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: %v, want %q", c.name, c.content, err, c.want)
		}
	}
}
