package tokenizer

import (
	"strings"
	"testing"
)

// Text that arrives token by token is what all tokens decode to at once, also where a run of bytes is not valid UTF-8.
func TestStreamOfBytes(t *testing.T) {
	const byteTokens = `{"version":"1.0","added_tokens":[{"id":4,"content":"<e>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
 "normalizer":null,"pre_tokenizer":null,"post_processor":null,
 "decoder":{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"}]},
 "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,
 "fuse_unk":true,"byte_fallback":true,"vocab":{"a":0,"<0x0A>":1,"<0xC3>":2,"<0xA9>":3},"merges":[]}}`
	tok, err := Open(folder(t, map[string]string{"tokenizer.json": byteTokens, configFile: `{"eos_token":"<e>"}`}))
	if err != nil {
		t.Fatal(err)
	}
	defer tok.Close()
	for _, test := range []struct {
		ids  []int32
		want string
	}{
		{[]int32{0, 1, 0}, "a\na"},
		{[]int32{2, 3, 1, 0}, "é\na"},
		{[]int32{0, 1, 2, 0, 1}, "a\uFFFD\uFFFDa\n"},
		{[]int32{0, 1, 3}, "a\uFFFD\uFFFD"},
	} {
		stream := tok.Stream()
		var got strings.Builder
		for _, id := range test.ids {
			got.WriteString(stream.Add(id))
		}
		got.WriteString(stream.Close())
		if at := tok.Decode(test.ids, true); got.String() != test.want || at != test.want {
			t.Errorf("%v arrives as %q and is %q at once, want %q", test.ids, got.String(), at, test.want)
		}
	}
}
