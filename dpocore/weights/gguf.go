package weights

import (
	"fmt"
	"os"

	"github.com/gomlx/go-huggingface/models/gguf"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/family"
	"example.com/gonb-dpo/dpocore/weights/configfile"
	"example.com/gonb-dpo/internal/ggufcheck"
)

// ggufFile is a model in a GGUF file or in several (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).
type ggufFile struct {
	config  decoder.Config
	form    *family.GGUF
	path    string // of the first file
	files   []*os.File
	tensors map[string]ggufTensor // by their names in GGUF
}

func openGGUF(path string) (*ggufFile, error) {
	headers, err := ggufHeaders(path)
	if err != nil {
		return nil, err
	}
	first := headers[0]
	f, err := family.FindGGUF(first.Architecture())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	opened := &ggufFile{form: f.GGUF, path: first.Path(), tensors: map[string]ggufTensor{}}
	for _, header := range headers {
		if err := opened.add(header); err != nil {
			opened.Close()
			return nil, fmt.Errorf("open %s: %w", path, err)
		}
	}
	if opened.config, err = opened.readConfig(first, f); err != nil {
		opened.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return opened, nil
}

// ggufHeaders parses the headers of a model's files; the first one has the metadata.
func ggufHeaders(path string) ([]*gguf.File, error) {
	headers, err := ggufcheck.OpenAll(path)
	if err != nil {
		return nil, fmt.Errorf("read the header of %s: %w", path, err)
	}
	return headers, nil
}

func (g *ggufFile) readConfig(file *gguf.File, f family.Family) (decoder.Config, error) {
	m := ggufMetadata{g, file, f.GGUF.Architecture + "."}
	if err := m.refuseUnsupported(); err != nil {
		return decoder.Config{}, err
	}
	c := decoder.Config{
		Family:           f.ModelType,
		HiddenSize:       m.Integer("embedding_length"),
		IntermediateSize: m.Integer("feed_forward_length"),
		Layers:           m.Integer("block_count"),
		Heads:            m.Integer("attention.head_count"),
		KVHeads:          m.Integer("attention.head_count_kv"),
		HeadDim:          m.Integer("attention.key_length"),
		RMSNormEps:       m.Real("attention.layer_norm_rms_epsilon"),
		RopeTheta:        m.Real("rope.freq_base"),
		MaxPositions:     m.Integer("context_length"),
	}
	c.BOS, c.Pad = m.id("bos_token_id"), m.id("padding_token_id")
	if eos := m.id("eos_token_id"); eos != decoder.NoToken {
		c.EOS = []int{eos}
	}
	if c.HeadDim == 0 && c.Heads > 0 {
		c.HeadDim = c.HiddenSize / c.Heads
	}
	if c.RopeTheta == 0 {
		c.RopeTheta = configfile.DefaultTheta
	}
	embedding, ok := g.tensors["token_embd.weight"]
	if !ok || len(embedding.shape) != 2 {
		return c, fmt.Errorf("the file has no matrix token_embd.weight")
	}
	c.VocabSize = embedding.shape[0]
	_, untied := g.tensors["output.weight"]
	c.TiedEmbeddings = !untied
	if err := m.readHeads(&c, f.PartialRotary); err != nil {
		return c, err
	}
	m.readScaling(&c)
	if g.form.Configure != nil {
		if err := g.form.Configure(m, &c); err != nil {
			return c, err
		}
	}
	if err := c.Validate(); err != nil {
		return c, err
	}
	return c, g.readFactors(&c)
}
