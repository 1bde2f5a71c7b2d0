package tinymodel

import (
	"encoding/json"
	"testing"
)

// WriteBytes makes a model folder with a token for each byte and a chat template, which opens in a hundredth of the time that
// SmolLM2's tokenizer needs.
func WriteBytes(t testing.TB, seed uint64) (folder string) {
	t.Helper()
	vocabulary := map[string]int{}
	var special []map[string]any
	for id, text := range []string{"<|endoftext|>", "<|im_start|>", "<|im_end|>"} {
		vocabulary[text] = id
		special = append(special, map[string]any{"id": id, "content": text, "special": true,
			"single_word": false, "lstrip": false, "rstrip": false, "normalized": false})
	}
	for b := range 256 {
		vocabulary[string(byteRune(b))] = len(vocabulary)
	}
	level := map[string]any{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}
	config := Config()
	config.VocabSize = len(vocabulary)
	folder = Write(t, config, seed)
	for name, content := range map[string]any{
		"tokenizer.json": map[string]any{"version": "1.0", "added_tokens": special, "pre_tokenizer": level, "decoder": level,
			"model": map[string]any{"type": "BPE", "vocab": vocabulary, "merges": []string{}}},
		"tokenizer_config.json": map[string]string{"bos_token": "<|im_start|>", "eos_token": "<|im_end|>", "chat_template": turns},
	} {
		raw, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, folder, name, raw)
	}
	return folder
}

// byteRune is the character that stands for a byte in byte-level BPE: itself if it can be printed, or else the next one from 256
// on.
func byteRune(b int) rune {
	printed := func(b int) bool { return b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE }
	if printed(b) {
		return rune(b)
	}
	n := 256
	for other := range b {
		if !printed(other) {
			n++
		}
	}
	return rune(n)
}
