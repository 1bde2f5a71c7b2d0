package fault

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/tinymodel"
)

// template writes a conversation in the manner of SmolLM2.
const template = `{% for message in messages %}<|im_start|>{{ message['role'] }}
{{ message['content'] }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}`

// specials are the tokens behind those of the 256 bytes.
var specials = []string{"<|endoftext|>", "<|im_start|>", "<|im_end|>"}

// modelFolder makes a model so small that a whole run takes about a second: one layer of 16 values, and a token for each
// byte.
func modelFolder(t testing.TB) string {
	t.Helper()
	config := tinymodel.Config()
	config.VocabSize, config.Layers, config.HiddenSize, config.IntermediateSize = 256+len(specials), 1, 16, 32
	config.Heads, config.KVHeads, config.HeadDim = 2, 1, 8
	config.BOS, config.EOS, config.Pad = decoder.NoToken, []int{258}, 256
	folder := tinymodel.Write(t, config, 1)
	for name, content := range map[string]any{
		"tokenizer.json": tokenizerFile(),
		"tokenizer_config.json": map[string]any{
			"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>", "chat_template": template,
		},
	} {
		raw, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// tokenizerFile is byte-level BPE without merges.
func tokenizerFile() map[string]any {
	vocabulary := map[string]int{}
	for b, next := 0, 256; b < 256; b++ {
		char := rune(b)
		if b <= ' ' || b >= 0x7f && b <= 0xa0 || b == 0xad { // GPT-2 writes these as other characters
			char = rune(next)
			next++
		}
		vocabulary[string(char)] = b
	}
	added := []map[string]any{}
	for i, text := range specials {
		vocabulary[text] = 256 + i
		added = append(added, map[string]any{"id": 256 + i, "content": text, "special": true,
			"single_word": false, "lstrip": false, "rstrip": false, "normalized": false})
	}
	level := map[string]any{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}
	return map[string]any{
		"version": "1.0", "truncation": nil, "padding": nil, "added_tokens": added, "normalizer": nil,
		"pre_tokenizer": level, "post_processor": nil, "decoder": level,
		"model": map[string]any{"type": "BPE", "vocab": vocabulary, "merges": []string{}},
	}
}

// openModel opens a model for the time of a test.
func openModel(t testing.TB, folder string) *model.Model {
	t.Helper()
	model, err := model.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { model.Close() })
	return model
}

// shortRun takes five pairs two at a time over four steps, with two evaluations and two checkpoints on the way.
func shortRun() (config.Config, dataset.Data) {
	set := func(source string, pairs ...[3]string) *preference.Set {
		s := &preference.Set{Source: source}
		for _, pair := range pairs {
			s.Pairs = append(s.Pairs, preference.Pair{Prompt: []preference.Turn{{Role: "user", Content: pair[0]}}, Chosen: pair[1], Rejected: pair[2], Weight: 1})
		}
		return s
	}
	train := set("train", [3]string{"Hello?", "Hello you.", "No."}, [3]string{"2 and 2?", "Four.", "Five."},
		[3]string{"Red or blue?", "Blue.", "Yes!"}, [3]string{"Who?", "A friend.", "Go."}, [3]string{"Tea?", "Please.", "Never."})
	held := set("held", [3]string{"Coffee?", "Gladly.", "No!"})
	c := config.Default()
	c.MaxSteps, c.BatchSize, c.WarmupSteps, c.LearningRate, c.LoRARank, c.LoRAAlpha = 4, 2, 1, 1e-3, 2, 2
	c.EvalSteps, c.SaveSteps, c.MaxLength = 2, 2, 128
	return c, dataset.Data{Train: train, HeldOut: held}
}
