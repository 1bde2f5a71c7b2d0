package family_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/family"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/dpocore/weights/configfile"
	"example.com/gonb-dpo/internal/tinymodel"
)

// dummy is a family whose layers normalize each query head, with an additional weight.
var dummy = family.Family{
	ModelType:  "dummy",
	Class:      "DummyForCausalLM",
	Examples:   "a test's model",
	Activation: "silu",
	Read: func(_ []byte, c *decoder.Config) error {
		c.Block = normedQueries{}
		return nil
	},
	Fields: func(decoder.Config) (any, error) { return struct{}{}, nil },
}

const queryNorm = "self_attn.q_norm"

type normedQueries struct{ decoder.PreNorm }

func (b normedQueries) Vectors(c decoder.Config, g decoder.Group) []decoder.Vector {
	list := b.PreNorm.Vectors(c, g)
	if g == decoder.QKV {
		list = append(list, decoder.Vector{Name: queryNorm, Size: c.HeadDim})
	}
	return list
}

func (normedQueries) Heads(l decoder.Layer, qkv *graph.Node, r decoder.Rotation) decoder.Heads {
	h := l.Config.SplitHeads(qkv)
	h.Q, h.K = r.Rotate(decoder.RMSNorm(h.Q, l.Vector(queryNorm), l.Config.RMSNormEps)), r.Rotate(h.K)
	return h.HeadsFirst()
}

// TestDummyFamily: a Family and its row are all that a model needs to be written, recognized, loaded and computed.
func TestDummyFamily(t *testing.T) {
	defer family.AddFamily(dummy)()
	config := tinymodel.Changed(func(c *decoder.Config) { c.Family, c.Block = "dummy", normedQueries{} })
	folder := tinymodel.Write(t, config, 1)
	if got, err := configfile.Read(folder); err != nil || !reflect.DeepEqual(got, config) {
		t.Fatalf("config.json is read as %+v, %v; want %+v", got, err, config)
	}
	backend, err := device.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	loaded, err := weights.Load(backend, folder)
	if err != nil {
		t.Fatal(err)
	}
	defer loaded.Finalize()
	logits := func(config decoder.Config, inputs []*tensors.Tensor) []float32 {
		var args []any
		for _, input := range inputs {
			args = append(args, input)
		}
		out, err := graph.CallOnce(backend, func(params []*graph.Node) *graph.Node {
			net, rest := decoder.Bind(config, params)
			return net.Logits(net.Hidden(decoder.Row{Tokens: rest[0], Pair: rest[1], Branch: rest[1], Position: rest[2]}))
		}, append(args, []int32{7, 200, 31}, []int32{0, 0, 0}, []int32{0, 1, 2})...)
		if err != nil {
			t.Fatal(err)
		}
		return tensors.MustCopyFlatData[float32](out)
	}
	var withoutNorms []*tensors.Tensor // the parameters of a Llama with the same matrices
	for i, slot := range config.Slots() {
		if !strings.Contains(slot.Parts[0].Name, queryNorm) {
			withoutNorms = append(withoutNorms, loaded.Tensors()[i])
		}
	}
	got, llama := logits(config, loaded.Tensors()), logits(tinymodel.Config(), withoutNorms)
	if len(withoutNorms) != len(loaded.Tensors())-config.Layers || len(got) != 3*config.VocabSize || reflect.DeepEqual(got, llama) {
		t.Errorf("the dummy has %d logits, and those of a Llama: %t", len(got), reflect.DeepEqual(got, llama))
	}
	for i, x := range got {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			t.Fatalf("logit %d is %g", i, x)
		}
	}
}
