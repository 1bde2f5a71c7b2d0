package export

import (
	"os"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/dpocore/export/ollama"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/atomicfile"
)

// ModelfileOf is the name of the Modelfile that [WriteModelfile] writes beside a GGUF file.
func ModelfileOf(gguf string) string { return strings.TrimSuffix(gguf, ".gguf") + ".Modelfile" }

// WriteModelfile writes Ollama's Modelfile beside a GGUF file: of a model, or of an adapter to a model if lora is set. known is
// the name of the model's chat format, "" if it is not one of the common ones.
func WriteModelfile(m *model.Model, gguf string, lora bool) (known string, err error) {
	tok := m.Tokenizer
	of := ollama.Model{
		From: "./" + filepath.Base(gguf), Begin: tok.Begin(),
		Render: func(turns []preference.Turn) (string, error) { return m.Chat.Render(turns, true) },
	}
	if lora {
		of.From, of.Adapter = m.Path, of.From
	}
	ends, err := m.Ends()
	if err != nil {
		return "", err
	}
	for _, id := range ends {
		of.Stops = append(of.Stops, tok.Decode([]int32{id}, false))
	}
	if info, err := os.Stat(m.Path); err == nil && info.IsDir() {
		of.Sampling, _ = os.ReadFile(filepath.Join(m.Path, "generation_config.json"))
	}
	content, known := ollama.Modelfile(of)
	return known, atomicfile.WriteBytes(ModelfileOf(gguf), []byte(content))
}
