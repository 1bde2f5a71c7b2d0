package tinymodel

import (
	"math/rand/v2"
	"path/filepath"
	"testing"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
)

// Adapter returns the layout of a rank-3 adapter for [Config], and values that are all different. Without modules it
// adapts all of them.
func Adapter(t testing.TB, modules ...string) (decoder.Layout, []float32) {
	t.Helper()
	if len(modules) == 0 {
		modules = decoder.AllModules
	}
	layout, err := decoder.NewLayout(Config(), decoder.LoRA{Rank: 3, Alpha: 6, Modules: modules})
	if err != nil {
		t.Fatal(err)
	}
	values := make([]float32, layout.Size)
	for i := range values {
		values[i] = float32(i)/1024 - 3
	}
	return layout, values
}

// ReadTensors reads a folder's model.safetensors.
func ReadTensors(t testing.TB, folder string) []safetensors.Tensor {
	t.Helper()
	file, err := safetensors.Open(filepath.Join(folder, "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var list []safetensors.Tensor
	for _, name := range file.Names() {
		info, _ := file.Info(name)
		values, err := file.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, safetensors.Tensor{Name: name, Shape: info.Shape, Values: func() ([]float32, error) { return values, nil }})
	}
	return list
}

// RandomTokens returns IDs from the vocabulary of [Config].
func RandomTokens(count int, seed uint64) []int32 {
	random := rand.New(rand.NewPCG(seed, 1))
	tokens := make([]int32, count)
	for i := range tokens {
		tokens[i] = random.Int32N(int32(Config().VocabSize))
	}
	return tokens
}
