// Package ollama writes the Modelfile (https://docs.ollama.com/modelfile) with which Ollama makes a model of a GGUF file. Start
// with [Modelfile].
package ollama

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
)

// Model is what a Modelfile is written of.
type Model struct {
	From    string   // a GGUF file, as a path relative to the Modelfile, or a model of Ollama
	Adapter string   // a GGUF file with a LoRA adapter; "" for none
	Begin   string   // the token that llama.cpp puts in front of a text, "" for none
	Stops   []string // tokens that end an answer

	// Render renders a conversation by the model's chat template, up to where its answer begins.
	Render func(turns []preference.Turn) (string, error)

	Sampling json.RawMessage // generation_config.json of the model, or nil
}

// Modelfile returns the content of a Modelfile. known is the name of its chat format, or "" if that is not one of the common
// ones: then it has no template, and Ollama looks at that in the GGUF file.
func Modelfile(m Model) (content, known string) {
	var b strings.Builder
	fmt.Fprintf(&b, "FROM %s\n", m.From)
	if m.Adapter != "" {
		fmt.Fprintf(&b, "ADAPTER %s\n", m.Adapter)
	}
	if f, system, ok := m.find(); ok {
		known = f.name
		fmt.Fprintf(&b, "TEMPLATE \"\"\"%s\"\"\"\n", f.template)
		if system != "" {
			fmt.Fprintf(&b, "SYSTEM \"\"\"%s\"\"\"\n", system)
		}
	}
	for _, stop := range m.Stops {
		fmt.Fprintf(&b, "PARAMETER stop %q\n", stop)
	}
	b.WriteString(m.sampling())
	return b.String(), known
}

// find returns the format that renders conversations as the model's template does, and the system message that the template
// adds by itself.
func (m Model) find() (found format, system string, ok bool) {
	for _, f := range formats {
		if system, ok := m.agrees(f); ok {
			return f, system, true
		}
	}
	return format{}, "", false
}

// agrees reports whether a format gives what the model's template gives.
func (m Model) agrees(f format) (system string, ok bool) {
	system, err := m.defaultSystem(f)
	if err != nil {
		return "", false
	}
	own := []preference.Turn{{Role: "system", Content: "Be brief."}}
	for _, conversation := range conversations {
		added := conversation
		if system != "" {
			added = slices.Concat([]preference.Turn{{Role: "system", Content: system}}, conversation)
		}
		if !m.same(f, conversation, added) {
			return "", false
		}
		// A template may refuse system messages, as Gemma 2's does.
		both := slices.Concat(own, conversation)
		if _, err := m.Render(both); err == nil && !m.same(f, both, both) {
			return "", false
		}
	}
	return system, true
}

// same compares the model's rendering of a conversation with a format's of another.
func (m Model) same(f format, theirs, ours []preference.Turn) bool {
	want, err := m.Render(theirs)
	if err != nil {
		return false
	}
	got, err := f.render(ours)
	return err == nil && strings.TrimPrefix(want, m.Begin) == got
}

// defaultSystem is the system message that the model's template adds to a conversation without one, if the format explains
// the difference.
func (m Model) defaultSystem(f format) (string, error) {
	want, err := m.Render(conversations[0])
	if err != nil {
		return "", err
	}
	const marker = "\x00"
	without, err := f.render(conversations[0])
	if err != nil {
		return "", err
	}
	with, err := f.render(slices.Concat([]preference.Turn{{Role: "system", Content: marker}}, conversations[0]))
	if err != nil {
		return "", err
	}
	before, after, _ := strings.Cut(with, marker)
	text := strings.TrimPrefix(want, m.Begin)
	if text == without {
		return "", nil
	}
	text, hasBefore := strings.CutPrefix(text, before)
	text, hasAfter := strings.CutSuffix(text, after)
	if !hasBefore || !hasAfter || strings.Contains(text, `"""`) {
		return "", fmt.Errorf("the template adds something else")
	}
	return text, nil
}

// sampling lists the settings of generation_config.json that Ollama has too.
func (m Model) sampling() string {
	var settings struct {
		Temperature *float64 `json:"temperature"`
		TopP        *float64 `json:"top_p"`
		TopK        *float64 `json:"top_k"`
		Penalty     *float64 `json:"repetition_penalty"`
	}
	if json.Unmarshal(m.Sampling, &settings) != nil {
		return ""
	}
	var b strings.Builder
	for _, parameter := range []struct {
		name  string
		value *float64
	}{{"temperature", settings.Temperature}, {"top_p", settings.TopP}, {"top_k", settings.TopK}, {"repeat_penalty", settings.Penalty}} {
		if parameter.value != nil {
			fmt.Fprintf(&b, "PARAMETER %s %g\n", parameter.name, *parameter.value)
		}
	}
	return b.String()
}
