package views

import (
	"fmt"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/share"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/internal/wording"
)

// Model is the shape of a model, from its files. No weights are loaded.
func Model(m *model.Model) (output.Content, error) {
	c, err := weights.ConfigOf(m.Path)
	if err != nil {
		return nil, err
	}
	name := m.HubID
	if name == "" {
		name = filepath.Base(m.Path)
	}
	t := output.Table{Caption: name, Columns: []string{"what", "value", "in words"}}
	t.Add("family", c.Family, "decides how the layers are computed")
	t.Add("layers", fmt.Sprint(c.Layers), "each an attention and a feed-forward network")
	t.Add("hidden size", fmt.Sprint(c.HiddenSize), "numbers per token between the layers")
	t.Add("attention heads", fmt.Sprintf("%d, %d for keys and values", c.Heads, c.KVHeads), "fewer for keys and values save memory")
	t.Add("vocabulary", fmt.Sprint(c.VocabSize), "different tokens")
	t.Add("longest text", fmt.Sprint(m.Positions()), "tokens that it was made to read")
	return t, nil
}

// ToSend is what of a folder or file goes to the hub, and what stays.
func ToSend(source string, choice share.Choice) output.Content {
	t := output.Table{Caption: fmt.Sprintf("The %s in %s, as it would be sent", choice.Kind, source), Columns: []string{"file", "size"}}
	var total int64
	for _, file := range choice.Files {
		t.Add(file.Name, wording.Bytes(file.Size))
		total += file.Size
	}
	t.Add("total", wording.Bytes(total))
	parts := output.Stack{t}
	if len(choice.Left) > 0 {
		parts = append(parts, output.Paragraph("Stays on this machine: "+wording.And(choice.Left)+"."))
	}
	return append(parts, output.Notes(choice.Notes))
}
