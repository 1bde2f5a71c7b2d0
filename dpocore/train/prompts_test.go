package train_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/replay"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/runtest"
	"example.com/gonb-dpo/internal/tinymodel"
)

const templateOfRun = "{% for m in messages %}<|im_start|>{{ m.role }}: {{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant: {% if brief %}({{ brief }}) {% endif %}{% endif %}"

// TestPromptsOfARun: chat template, its arguments and the system prompt belong to a run. Its folder and the merged model write
// the same prompts alone; whatever uses the run does, also when the template's file is gone; other prompts are refused.
func TestPromptsOfARun(t *testing.T) {
	path := tinymodel.WriteChat(t, 1)
	file := filepath.Join(t.TempDir(), "t.jinja")
	if err := os.WriteFile(file, []byte(templateOfRun), 0o600); err != nil {
		t.Fatal(err)
	}
	c, data := runtest.Short(t)
	c.MaxSteps, c.ChatTemplate, c.System = 1, file, "Be kind."
	c.TemplateArgs = config.Arguments{"brief": json.RawMessage("2")}
	dir := filepath.Join(t.TempDir(), "run")
	trained := func(c config.Config) error {
		m, err := model.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		return train.Run(context.Background(), train.Job{Model: m, Dir: dir, Config: c, Data: data, Listener: &runtest.Recorder{}})
	}
	if err := trained(c); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	const want = "<|im_start|>system: Be kind.<|im_end|>\n<|im_start|>user: Hi<|im_end|>\n<|im_start|>assistant: (2) "
	writes := func(what string, m *model.Model) {
		t.Helper()
		if got, err := m.Chat.Render(preference.User("Hi"), true); err != nil || got != want {
			t.Errorf("%s writes %q, %v", what, got, err)
		}
	}
	m, err := model.FetchBase(context.Background(), path, []string{dir}, config.Prompts{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	writes("the run's model", m)
	if err := m.CheckAdapter(dir); err != nil {
		t.Error(err)
	}
	tok, err := tokenizer.Open(dir)
	if err != nil || tok.ChatTemplate() != m.Tokenizer.ChatTemplate() {
		t.Errorf("the adapter's folder has another template, %v", err)
	}
	record, _, err := run.ReadRecord(dir)
	if err != nil || record.Config.ChatTemplate != templateOfRun {
		t.Errorf("run.json has the template %q, %v", record.Config.ChatTemplate, err)
	}
	if result, err := replay.Run(context.Background(), m, dir, filepath.Join(t.TempDir(), "replay"), data, &runtest.Recorder{}); err != nil || !result.Agrees() {
		t.Errorf("replay: %v, %v", result, err)
	}
	merged := filepath.Join(t.TempDir(), "merged")
	if _, err := export.Merge(context.Background(), m, dir, merged, config.Float32); err != nil {
		t.Fatal(err)
	}
	whole, err := model.Open(merged)
	if err != nil {
		t.Fatal(err)
	}
	defer whole.Close()
	writes("the merged model", whole)
	c.ChatTemplate = templateOfRun
	for want, change := range map[string]func(*config.Config){
		"the tokenizer or the chat template of": func(c *config.Config) { c.System = "Be rude." },
		"reads no variable":                     func(c *config.Config) { c.TemplateArgs = config.Arguments{"brif": json.RawMessage("2")} },
	} {
		other := c
		change(&other)
		if err := trained(other); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	plain, err := model.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	if err := plain.CheckAdapter(dir); err == nil || !strings.Contains(err.Error(), "prompts are written in another way here") {
		t.Errorf("the adapter with the model's own prompts: %v", err)
	}
}
