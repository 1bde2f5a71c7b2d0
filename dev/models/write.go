package main

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/export/ggufvocab"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/internal/deps"
	"example.com/gonb-dpo/internal/gguffile"
	"example.com/gonb-dpo/internal/randomgguf"
)

// writeMadeUp writes a GGUF file with the sizes of a published model and random weights. The tokens are those of the installed
// model, and unused ones.
func writeMadeUp(name, path string) error {
	c, err := find(name)
	if err != nil {
		return err
	}
	installed, err := deps.Model()
	if err != nil {
		return err
	}
	tokens, err := tokenizer.Open(installed)
	if err != nil {
		return err
	}
	defer tokens.Close()
	further, err := ggufvocab.Metadata(tokens, c.VocabSize, nil)
	if err != nil {
		return err
	}
	return randomgguf.Write(path, c, append(further, gguffile.Entry{Key: "general.name", Value: name + " with made-up weights"}))
}

// find is the configuration of a model by its name.
func find(name string) (decoder.Config, error) {
	for _, m := range models {
		if m.name == name {
			return m.config()
		}
	}
	return decoder.Config{}, fmt.Errorf("no model of the tables has the name %q", name)
}
