package ollama

import (
	"strings"
	"text/template"

	"example.com/gonb-dpo/dpocore/preference"
)

// format is a chat format as a template of Ollama (https://docs.ollama.com/template), which is one of Go's.
type format struct{ name, template string }

// turns calls a template for each message; $last tells the one that the answer follows.
const (
	turns = `{{ range $i, $_ := .Messages }}{{ $last := eq (len (slice $.Messages $i)) 1 }}`
	ask   = `{{ if and (ne .Role "assistant") $last }}`
)

// formats are the common ones, each without the token that begins a text, which llama.cpp adds by itself.
var formats = []format{
	{"ChatML", turns + "<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n" + ask + "<|im_start|>assistant\n{{ end }}{{ end }}"},
	{"ChatML with thinking", turns + "<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n" + ask + "<|im_start|>assistant\n<think>\n\n</think>\n\n{{ end }}{{ end }}"},
	{"Llama 3", turns + "<|start_header_id|>{{ .Role }}<|end_header_id|>\n\n{{ .Content }}<|eot_id|>" +
		ask + "<|start_header_id|>assistant<|end_header_id|>\n\n{{ end }}{{ end }}"},
	{"Zephyr", turns + "<|{{ .Role }}|>\n{{ .Content }}</s>\n" + ask + "<|assistant|>\n{{ end }}{{ end }}"},
	{"Phi-3", turns + "<|{{ .Role }}|>\n{{ .Content }}<|end|>\n" + ask + "<|assistant|>\n{{ end }}{{ end }}"},
	{"Phi-4-mini", turns + "<|{{ .Role }}|>{{ .Content }}<|end|>" + ask + "<|assistant|>{{ end }}{{ end }}"},
	{"Gemma", turns + "{{ if eq .Role \"system\" }}<start_of_turn>user\n{{ .Content }}\n\n{{ else }}" +
		"{{ if eq .Role \"assistant\" }}<start_of_turn>model\n" +
		"{{ else if not (and (eq $i 1) (eq (index $.Messages 0).Role \"system\")) }}<start_of_turn>user\n{{ end }}" +
		"{{ .Content }}<end_of_turn>\n{{ end }}" + ask + "<start_of_turn>model\n{{ end }}{{ end }}"},
	{"Granite", turns + "<|start_of_role|>{{ .Role }}<|end_of_role|>{{ .Content }}<|end_of_text|>\n" +
		ask + "<|start_of_role|>assistant<|end_of_role|>{{ end }}{{ end }}"},
	{"Mistral", turns + `{{ if eq .Role "user" }}[INST] {{ .Content }} [/INST]{{ else }} {{ .Content }}</s>{{ end }}{{ end }}`},
	{"Mistral without spaces", turns + `{{ if eq .Role "user" }}[INST] {{ .Content }}[/INST]{{ else }} {{ .Content }}</s>{{ end }}{{ end }}`},
}

// message is what a template of Ollama gets for each turn.
type message struct{ Role, Content string }

// render is what Ollama sends to the model for a conversation.
func (f format) render(conversation []preference.Turn) (string, error) {
	parsed, err := template.New(f.name).Parse(f.template)
	if err != nil {
		return "", err
	}
	var messages []message
	for _, turn := range conversation {
		messages = append(messages, message{turn.Role, turn.Content})
	}
	var text strings.Builder
	err = parsed.Execute(&text, map[string]any{"Messages": messages})
	return text.String(), err
}

// conversations are those on which a format must agree with the model's template, without a system message.
var conversations = [][]preference.Turn{
	{{Role: "user", Content: "Hi"}},
	{{Role: "user", Content: "Two\nlines, and {{ braces }}"}, {Role: "assistant", Content: "An answer."}, {Role: "user", Content: "And?"}},
}
