// Package export writes a model with a LoRA adapter to a folder or a GGUF file that other programs load. Each [Format]
// is in its own file. [Write] is shared by all: the folder appears complete and verified, or not at all.
package export

import (
	"context"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/dpocore/weights"
)

// Model is what is exported: a base model and the adapter to apply to it.
type Model struct {
	Weights   *weights.Weights
	Layout    decoder.Layout // of Adapter
	Adapter   []float32      // [Layout.Size]
	Tokenizer *tokenizer.Tokenizer
	EndOfTurn *int32 // token with which the chat template ends an answer, or nil
	Name      string // for people
}

// Format is an output format. To add one, write a file with its type and list it in [Formats].
type Format interface {
	// Name identifies the format in errors, such as "merged".
	Name() string
	// About is one sentence: what is written and which programs load it.
	About() string
	// DTypes are the number types that the weights can be stored in.
	DTypes() []string
	// Files are the names of all files that WriteFiles may create.
	Files() []string
	// WriteFiles writes the files to dir, an existing empty folder. It returns the context's error once the context ends.
	WriteFiles(ctx context.Context, dir string, model Model, dtype string) error
	// CheckFiles reads the files in dir back and compares them with the model. It returns the context's error once the
	// context ends.
	CheckFiles(ctx context.Context, dir string, model Model, dtype string) error
}

// Formats lists all output formats.
func Formats() []Format { return []Format{MergedFolder, GGUF} }
