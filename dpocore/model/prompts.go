package model

import (
	"cmp"

	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/config"
)

// SetPrompts sets how conversations are written. The tokenizer has the chat template with its arguments and the system prompt from
// then on, so that they are in every file that is written of it, and in its hash. [Model.Prompts] then has what a run records:
// the text of a template that was named by its file, and the date that the template writes.
func (m *Model) SetPrompts(p config.Prompts) error {
	p, err := p.Read()
	if err != nil {
		return err
	}
	source := cmp.Or(p.Template, m.files.ChatTemplate())
	if len(p.Arguments) == 0 {
		p.Arguments = nil
	}
	template, err := chat.Defaults{Arguments: p.Arguments, System: p.System}.Template(source)
	if err != nil {
		return err
	}
	tokenizer := m.files
	if template != tokenizer.ChatTemplate() {
		if tokenizer, err = m.files.WithTemplate(template); err != nil {
			return err
		}
	}
	encoder, err := chat.New(tokenizer)
	if err != nil {
		return err
	}
	if p.System != "" {
		if err := encoder.CheckSystem(p.System); err != nil {
			return err
		}
	}
	m.Tokenizer, m.Chat, m.Prompts = tokenizer, encoder, p
	return m.SetDate(p.Date)
}
