package decoder_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/packed/nf4"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/tinymodel"
)

// kinds are the types of the layers of a model; "mixed" layers have several types in one joined matrix.
var kinds = []string{"Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL", "IQ4_XS", "MXFP4", "mixed"}

// mixed joins signed and unsigned codes of four bits, groups of 16 and 32 values, and scales that need float32, as files in
// Q4_K_M do.
var mixed = map[string]string{"q_proj": "Q4_0", "k_proj": "Q4_K", "v_proj": "Q6_K", "gate_proj": "Q4_0", "up_proj": "Q3_K"}

func kindOf(name string) string {
	parts := strings.Split(name, ".")
	if parts[1] != "layers" {
		return "F32"
	}
	layer, _ := strconv.Atoi(parts[2])
	if kinds[layer] != "mixed" {
		return kinds[layer]
	}
	if kind, ok := mixed[parts[4]]; ok {
		return kind
	}
	return "Q8_0"
}

// Matrices that stay quantized on the device are widened in a graph to the values that they have when the file is read as
// float32, bit for bit, and a copy of them on the host too.
func TestWiden(t *testing.T) {
	c := tinymodel.Changed(func(c *decoder.Config) {
		c.Layers, c.HiddenSize, c.IntermediateSize, c.HeadDim = len(kinds), 256, 256, 64
	})
	path := tinymodel.WriteGGUF(t, c, 5, 1, kindOf)
	backend := openBackend(t)
	float, err := weights.Load(backend, path)
	if err != nil {
		t.Fatal(err)
	}
	defer float.Finalize()
	quantized, err := weights.LoadAs(backend, path, weights.Form{Quantized: true})
	if err != nil {
		t.Fatal(err)
	}
	defer quantized.Finalize()
	if part := float64(quantized.Bytes()) / float64(float.Bytes()); part > 0.27 {
		t.Errorf("quantized weights take %.2f of the memory of float32", part)
	}
	m := model{backend: backend, weights: quantized}
	widened := m.call(t, nil, func(net *decoder.Net, _ []*graph.Node) (all []*graph.Node) {
		for layer := range c.Layers {
			all = append(all, net.LayerMatrices(layer)...)
		}
		return all
	})
	for layer, kind := range kinds {
		var matrices [][]float32
		for _, tensor := range float.Layer(layer) {
			if tensor.Rank() == 2 {
				matrices = append(matrices, tensors.MustCopyFlatData[float32](tensor))
			}
		}
		for i, want := range matrices {
			if !slices.Equal(widened[len(matrices)*layer+i], want) {
				t.Errorf("%s, matrix %d: its widened values differ", kind, i)
			}
		}
	}
	want := stored(t, float)
	for name, values := range stored(t, quantized) {
		if !slices.Equal(values, want[name]) {
			t.Errorf("%s has other values on the host", name)
		}
	}
}

// stored reads a model's tensors by name.
func stored(t *testing.T, w *weights.Weights) map[string][]float32 {
	all := map[string][]float32{}
	w.Stored(func(name string, _ []int, read func() ([]float32, error)) {
		values, err := read()
		if err != nil {
			t.Fatal(err)
		}
		all[name] = values
	})
	return all
}

// A matrix that one layer has unquantized is in float32 in every layer, so that the layers' graphs take the same parameters.
func TestUnquantizedInOneLayer(t *testing.T) {
	path := tinymodel.WriteGGUF(t, tinymodel.Config(), 5, 1, func(name string) string {
		if name == "model.layers.1.mlp.down_proj.weight" {
			return "F32"
		}
		return "Q4_0"
	})
	loaded, err := weights.LoadAs(openBackend(t), path, weights.Form{Quantized: true})
	if err != nil {
		t.Fatal(err)
	}
	defer loaded.Finalize()
	for layer := range 2 {
		list := loaded.Layer(layer)
		if down := list[len(list)-1]; len(list) != 9 || !down.DType().IsFloat() || down.Rank() != 2 {
			t.Errorf("layer %d has %d tensors, the last one %s; want 9, and down_proj in float32", layer, len(list), down.Shape())
		}
	}
}

// The embedding and the vocabulary matrix stay quantized too, each in its type; on the host and where rows are looked up, their
// values are those of the widened file.
func TestQuantizedVocabulary(t *testing.T) {
	c := tinymodel.Changed(func(c *decoder.Config) { c.HiddenSize, c.HeadDim, c.TiedEmbeddings = 256, 64, false })
	for _, kinds := range [][2]string{{"Q6_K", "Q4_0"}, {"Q4_1", "Q8_0"}} {
		path := tinymodel.WriteGGUF(t, c, 5, 1, func(name string) string {
			switch name {
			case "model.embed_tokens.weight":
				return kinds[0]
			case "lm_head.weight":
				return kinds[1]
			}
			return "F32"
		})
		backend := openBackend(t)
		var read [2]map[string][]float32
		var rows [2][]float32
		for i, form := range []weights.Form{{}, {Quantized: true}} {
			loaded, err := weights.LoadAs(backend, path, form)
			if err != nil {
				t.Fatal(err)
			}
			defer loaded.Finalize()
			if i == 1 && (len(loaded.Embedding()) != 2 || len(loaded.Head()) != 2) {
				t.Fatalf("%s: the embedding has %d tensors, the vocabulary matrix %d; want codes and scales", kinds, len(loaded.Embedding()), len(loaded.Head()))
			}
			read[i] = stored(t, loaded)
			m := model{backend: backend, weights: loaded}
			rows[i] = m.call(t, nil, func(net *decoder.Net, _ []*graph.Node) []*graph.Node {
				all := graph.Iota(net.Graph(), shapes.Make(dtypes.Int32, c.VocabSize), 0)
				return []*graph.Node{net.Embedded(all)}
			})[0]
		}
		for name, values := range read[1] {
			if !slices.Equal(values, read[0][name]) {
				t.Errorf("%s: %s has other values on the host", kinds, name)
			}
		}
		if !slices.Equal(rows[1], rows[0]) {
			t.Errorf("%s: rows of the embedding have other values", kinds)
		}
	}
}

// A model that is quantized to NF4 as it is read has, in a graph and on the host, a level times the largest magnitude of its 64 values
// in place of each, and none is nearer.
func TestNF4(t *testing.T) {
	c := tinymodel.Changed(func(c *decoder.Config) { c.HiddenSize, c.HeadDim = 128, 32 })
	backend, folder := openBackend(t), tinymodel.Write(t, c, 1)
	whole, err := weights.Load(backend, folder)
	if err != nil {
		t.Fatal(err)
	}
	defer whole.Finalize()
	quantized, err := weights.LoadAs(backend, folder, weights.Form{Quantize: "NF4"})
	if err != nil {
		t.Fatal(err)
	}
	defer quantized.Finalize()
	want := stored(t, whole)
	for name, values := range stored(t, quantized) {
		if strings.Contains(name, "norm") {
			continue
		}
		for block := 0; block < len(values); block += 64 {
			most := float32(0)
			for _, value := range want[name][block : block+64] {
				most = max(most, value, -value)
			}
			for i, value := range want[name][block : block+64] {
				best := most * nf4.Levels[0]
				for _, level := range nf4.Levels {
					if far, near := value-most*level, value-best; max(far, -far) < max(near, -near) {
						best = most * level
					}
				}
				if got := values[block+i]; got != best && max(got-value, value-got) > max(best-value, value-best)+1e-6 {
					t.Fatalf("%s: %g became %g, want %g", name, value, got, best)
				}
			}
		}
	}
	m := model{backend: backend, weights: quantized}
	rows := m.call(t, nil, func(net *decoder.Net, _ []*graph.Node) []*graph.Node {
		all := graph.Iota(net.Graph(), shapes.Make(dtypes.Int32, c.VocabSize), 0)
		return append([]*graph.Node{net.Embedded(all)}, net.LayerMatrices(0)...)
	})
	host := stored(t, quantized)
	if !slices.Equal(rows[0], host["model.embed_tokens.weight"]) {
		t.Error("rows of the embedding have other values in a graph")
	}
	down, width := host["model.layers.0.mlp.down_proj.weight"], c.IntermediateSize // transposed in the graph
	for i, got := range rows[len(rows)-1] {
		if col, row := i/c.HiddenSize, i%c.HiddenSize; got != down[row*width+col] {
			t.Fatalf("down_proj has %g at %d, %d in a graph, and %g on the host", got, row, col, down[row*width+col])
		}
	}
}
