package ollama

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/jinjatest"
)

// rendering renders conversations by a Jinja template.
func rendering(source, begin string) func([]preference.Turn) (string, error) {
	return func(turns []preference.Turn) (string, error) {
		messages := []map[string]string{}
		for _, turn := range turns {
			messages = append(messages, map[string]string{"role": turn.Role, "content": turn.Content})
		}
		variables, err := json.Marshal(map[string]any{"messages": messages, "add_generation_prompt": true, "bos_token": begin, "eos_token": "</s>"})
		if err != nil {
			return "", err
		}
		return jinjatest.Render(source, variables, time.Unix(0, 0))
	}
}

const (
	plainChatML = `{% for m in messages %}<|im_start|>{{ m.role }}
{{ m.content }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}`
	defaultSystem = `{% if messages[0].role != 'system' %}<|im_start|>system
You help.<|im_end|>
{% endif %}` + plainChatML
	llama3 = `{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>

{{ m.content }}<|eot_id|>{% endfor %}<|start_header_id|>assistant<|end_header_id|>{{ '\n\n' }}`
	gemma = `{{ bos_token }}{% if messages[0].role == 'system' %}{% set first = messages[0].content + '

' %}{% set rest = messages[1:] %}{% else %}{% set first = '' %}{% set rest = messages %}{% endif %}` +
		`{% for m in rest %}<start_of_turn>{{ 'model' if m.role == 'assistant' else m.role }}
{{ first if loop.first else '' }}{{ m.content }}<end_of_turn>
{% endfor %}<start_of_turn>model{{ '\n' }}`
	noSystem = `{{ bos_token }}{% if messages[0].role == 'system' %}{{ raise_exception('no system messages') }}{% endif %}` +
		`{% for m in messages %}{% if m.role == 'user' %}[INST] {{ m.content }} [/INST]{% else %} {{ m.content }}</s>{% endif %}{% endfor %}`
	unknown = `{% for m in messages %}{{ m.role | upper }}: {{ m.content }}
{% endfor %}ASSISTANT:`
	dated = `<|im_start|>system
Today is {{ strftime_now('%d %b') }}.<|im_end|>
` + plainChatML
)

func TestFormats(t *testing.T) {
	for _, c := range []struct{ name, source, begin, known, system string }{
		{"ChatML", plainChatML, "", "ChatML", ""},
		{"a system message by default", defaultSystem, "", "ChatML", "You help."},
		{"Llama 3", llama3, "<|begin_of_text|>", "Llama 3", ""},
		{"Gemma 3", gemma, "<bos>", "Gemma", ""},
		{"no system messages", noSystem, "<s>", "Mistral", ""},
		{"unknown", unknown, "", "", ""},
		{"a system message in front of another", dated, "", "", ""},
	} {
		content, known := Modelfile(Model{From: "./m.gguf", Begin: c.begin, Stops: []string{"<|im_end|>"}, Render: rendering(c.source, c.begin)})
		if known != c.known {
			t.Errorf("%s: the format is %q, want %q", c.name, known, c.known)
		}
		if strings.Contains(content, "TEMPLATE") != (known != "") {
			t.Errorf("%s: a template without a known format, or the reverse:\n%s", c.name, content)
		}
		if want := `SYSTEM """` + c.system + `"""`; strings.Contains(content, "SYSTEM") != (c.system != "") || c.system != "" && !strings.Contains(content, want) {
			t.Errorf("%s: %s lacks %s", c.name, content, want)
		}
	}
}

func TestModelfile(t *testing.T) {
	sampling := []byte(`{"temperature": 0.7, "top_p": 0.9, "do_sample": true, "eos_token_id": [1, 2]}`)
	content, _ := Modelfile(Model{From: "/models/base.gguf", Adapter: "./lora.gguf", Stops: []string{"</s>", `say "stop"`},
		Render: rendering(unknown, ""), Sampling: sampling})
	want := `FROM /models/base.gguf
ADAPTER ./lora.gguf
PARAMETER stop "</s>"
PARAMETER stop "say \"stop\""
PARAMETER temperature 0.7
PARAMETER top_p 0.9
`
	if content != want {
		t.Errorf("the Modelfile is\n%swant\n%s", content, want)
	}
}
