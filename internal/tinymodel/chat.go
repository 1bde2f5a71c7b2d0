package tinymodel

import (
	"testing"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/internal/deps"
)

// WriteChat creates a model folder with the tokenizer and chat template of SmolLM2-135M-Instruct, which set-up installs,
// and as many tokens in its vocabulary.
func WriteChat(t testing.TB, seed uint64) (folder string) {
	t.Helper()
	return WriteChatOf(t, Config(), seed)
}

// WriteChatOf is WriteChat for another architecture; its vocabulary is made to fit.
func WriteChatOf(t testing.TB, config decoder.Config, seed uint64) (folder string) {
	t.Helper()
	path, err := deps.GGUF()
	if err != nil {
		t.Fatal(err)
	}
	tok, err := tokenizer.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer tok.Close()
	config.VocabSize = tok.VocabSize()
	folder = Write(t, config, seed)
	if err := tok.WriteFiles(folder); err != nil {
		t.Fatal(err)
	}
	return folder
}

// Templates that write the present: the day, as Llama 3.2's does, or the second.
const (
	Daily    = `{{ strftime_now("%d %b %Y") }}` + turns
	EachTime = `{{ strftime_now("%d %b %Y %H:%M:%S") }}` + turns

	turns = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
