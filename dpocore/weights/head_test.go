package weights

import (
	"testing"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/internal/errtest"
)

// headSource is a model of which only the vocabulary matrices are known.
type headSource struct {
	source
	tied    bool
	tensors map[string][]float32
}

func (s headSource) Config() decoder.Config {
	return decoder.Config{TiedEmbeddings: s.tied, VocabSize: 2, HiddenSize: 1}
}

func (s headSource) Shape(name string) ([]int, bool) {
	values, ok := s.tensors[name]
	return []int{len(values), 1}, ok
}

func (s headSource) ReadRows(name string, begin, end int) ([]float32, error) {
	return s.tensors[name][begin:end], nil
}

// TestTiedHead: a separate head is an error if the configuration says that it is the embedding; a copy of it is not.
func TestTiedHead(t *testing.T) {
	embedding := map[string][]float32{"model.embed_tokens.weight": {1, 2}}
	equal := map[string][]float32{"model.embed_tokens.weight": {1, 2}, "lm_head.weight": {1, 2}}
	other := map[string][]float32{"model.embed_tokens.weight": {1, 2}, "lm_head.weight": {1, 3}}
	for _, s := range []headSource{{tied: true, tensors: embedding}, {tied: true, tensors: equal}, {tensors: other}} {
		if err := checkHead(s); err != nil {
			t.Error(err)
		}
	}
	errtest.Contains(t, checkHead(headSource{tied: true, tensors: other}), "tie_word_embeddings is true, but lm_head.weight differs")
}
