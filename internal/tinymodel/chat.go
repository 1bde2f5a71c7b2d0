package tinymodel

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/internal/deps"
)

// chatTokens is the size of a chat model's vocabulary. With all 49,152 tokens of SmolLM2, logits would be 97 % of the work.
const chatTokens = 4096

// WriteChat creates a model folder with the chat template of SmolLM2-135M-Instruct, which set-up installs, and the first tokens of its
// tokenizer: the control tokens, the bytes, and the first merges.
func WriteChat(t testing.TB, seed uint64) (folder string) {
	t.Helper()
	return WriteChatOf(t, Config(), seed)
}

// WriteChatOf is WriteChat for another architecture; its vocabulary is made to fit.
func WriteChatOf(t testing.TB, config decoder.Config, seed uint64) (folder string) {
	t.Helper()
	files, err := chatFiles()
	if err != nil {
		t.Fatal(err)
	}
	config.VocabSize = chatTokens
	folder = Write(t, config, seed)
	for name, content := range files {
		writeFile(t, folder, name, content)
	}
	return folder
}

// chatFiles are the files of the tokenizer, made once in a process.
var chatFiles = sync.OnceValues(func() (files map[string][]byte, err error) {
	path, err := deps.GGUF()
	if err != nil {
		return nil, err
	}
	tok, err := tokenizer.Open(path)
	if err != nil {
		return nil, err
	}
	defer tok.Close()
	dir, err := os.MkdirTemp("", "tinymodel")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := tok.WriteFiles(dir); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	files = map[string][]byte{}
	for _, entry := range entries {
		if files[entry.Name()], err = os.ReadFile(filepath.Join(dir, entry.Name())); err != nil {
			return nil, err
		}
	}
	files["tokenizer.json"], err = firstTokens(files["tokenizer.json"])
	return files, err
})

// firstTokens keeps the first chatTokens tokens of a tokenizer, and the merges that make them.
func firstTokens(content []byte) ([]byte, error) {
	var whole, model map[string]json.RawMessage
	var vocabulary map[string]int
	var merges []string
	if err := errors.Join(json.Unmarshal(content, &whole), json.Unmarshal(whole["model"], &model),
		json.Unmarshal(model["vocab"], &vocabulary), json.Unmarshal(model["merges"], &merges)); err != nil {
		return nil, err
	}
	maps.DeleteFunc(vocabulary, func(_ string, id int) bool { return id >= chatTokens })
	merges = slices.DeleteFunc(merges, func(pair string) bool {
		_, kept := vocabulary[strings.Replace(pair, " ", "", 1)]
		return !kept
	})
	var err, again error
	if model["vocab"], err = json.Marshal(vocabulary); err == nil {
		model["merges"], err = json.Marshal(merges)
	}
	whole["model"], again = json.Marshal(model)
	if err = errors.Join(err, again); err != nil {
		return nil, err
	}
	return json.Marshal(whole)
}

// Templates that write the present: the day, as Llama 3.2's does, or the second.
const (
	Daily    = `{{ strftime_now("%d %b %Y") }}` + turns
	EachTime = `{{ strftime_now("%d %b %Y %H:%M:%S") }}` + turns

	turns = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
