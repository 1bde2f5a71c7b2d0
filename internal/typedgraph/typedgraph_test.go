package typedgraph_test

import (
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/internal/typedgraph"
)

type vector[T any] struct{ value T }

func (v *vector[T]) Fields() []*T { return []*T{&v.value} }

// A graph that all runs of a process share meets more shapes than gomlx allows by default.
func TestManyShapes(t *testing.T) {
	const shapes = 40
	t.Setenv(device.Env, "go") // compiles nothing
	backend, err := device.Open()
	if err != nil {
		t.Fatal(err)
	}
	inputs := func() *vector[typedgraph.Node] { return new(vector[typedgraph.Node]) }
	double := func(in *vector[typedgraph.Node]) *vector[typedgraph.Node] {
		return &vector[typedgraph.Node]{graph.Add(in.value, in.value)}
	}
	g, err := typedgraph.New[*vector[typedgraph.Tensor], *vector[typedgraph.Tensor]](backend, "double", inputs, double)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Finalize()
	for size := 1; size <= shapes; size++ {
		in, out := &vector[typedgraph.Tensor]{tensors.FromValue(make([]float32, size))}, new(vector[typedgraph.Tensor])
		if err := g.Call(in, out); err != nil {
			t.Fatalf("shape %d: %v", size, err)
		}
		typedgraph.Free(in)
		typedgraph.Free(out)
	}
}
