// Command tiny writes folders of models with random weights and SmolLM2's tokenizer: Llama, Qwen2 and Qwen3, below the folder
// that is named on the command line. Their rows of 256 and 512 values fill the blocks of every type of GGUF files.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/family"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/internal/deps"
	"example.com/gonb-dpo/internal/randommodel"
)

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(dir string) error {
	path, err := deps.GGUF()
	if err != nil {
		return err
	}
	tok, err := tokenizer.Open(path)
	if err != nil {
		return err
	}
	defer tok.Close()
	for _, f := range []family.Family{family.Llama, family.Qwen2, family.Qwen3} {
		c := decoder.Config{
			Family: f.ModelType, VocabSize: tok.VocabSize(), HiddenSize: 256, IntermediateSize: 512, Layers: 3, Heads: 4, KVHeads: 2,
			HeadDim: 64, RMSNormEps: 1e-6, RopeTheta: 100000, MaxPositions: 1024, TiedEmbeddings: true,
			SpecialTokens: decoder.SpecialTokens{BOS: 1, EOS: []int{2}, Pad: 2},
		}
		if err := f.Read([]byte("{}"), &c); err != nil {
			return err
		}
		folder := filepath.Join(dir, f.ModelType)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		if err := randommodel.Write(folder, c, 5); err != nil {
			return err
		}
		if err := tok.WriteFiles(folder); err != nil {
			return err
		}
	}
	return nil
}
