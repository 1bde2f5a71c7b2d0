// Package typedgraph compiles graphs whose inputs and outputs are structs instead of lists. A struct is generic in the type
// of its fields, which are nodes while the graph is built and tensors when it is called, and lists them in one order for
// both:
//
//	type sumInputs[T any] struct{ a, b T }
//
//	func (in *sumInputs[T]) Fields() []*T { return []*T{&in.a, &in.b} }
//
// [New] compiles a function from such a struct to another; [Graph.Call] runs it.
package typedgraph

import (
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Node and Tensor are the types of a struct's fields inside a graph and outside.
type (
	Node   = *graph.Node
	Tensor = *tensors.Tensor
)

// Fields is a struct of a graph's inputs or outputs. It returns pointers to its fields, always in the same order.
type Fields[T any] interface{ Fields() []*T }

// Graph is a graph with inputs In and outputs Out. It compiles once for each combination of input shapes.
type Graph[In, Out Fields[Tensor]] struct{ exec *graph.Exec }

// New prepares a graph. inputs makes an empty struct with as many fields as there will be inputs, and build computes the
// outputs from it; In and Out are the same structs with fields of type Tensor.
func New[In, Out Fields[Tensor], NodesIn, NodesOut Fields[Node]](backend compute.Backend, name string,
	inputs func() NodesIn, build func(NodesIn) NodesOut) (Graph[In, Out], error) {
	exec, err := graph.NewExec(backend, func(params []*graph.Node) []*graph.Node {
		in := inputs()
		Fill(in, params)
		return Values(build(in))
	})
	if err != nil {
		return Graph[In, Out]{}, fmt.Errorf("prepare the graph %q: %w", name, err)
	}
	return Graph[In, Out]{exec.WithName(name).SetMaxCache(-1)}, nil // by default the 33rd combination of shapes is an error
}

// Prepare sets a graph as New makes it, and counts how often it is built: once for each combination of input shapes, to be
// compiled then.
func Prepare[In, Out Fields[Tensor], NodesIn, NodesOut Fields[Node]](to *Graph[In, Out], backend compute.Backend, builds *atomic.Int32,
	name string, inputs func() NodesIn, build func(NodesIn) NodesOut) (err error) {
	*to, err = New[In, Out](backend, name, inputs, func(in NodesIn) NodesOut {
		builds.Add(1)
		return build(in)
	})
	return err
}

// executions is their number in this process.
var executions atomic.Int64

// Executions is the number of calls of graphs in this process so far. On a GPU the host waits between two.
func Executions() int64 { return executions.Load() }

// Call runs the graph and sets the fields of out. It runs on the device of the first input that is on a device.
func (g Graph[In, Out]) Call(in In, out Out) error {
	inputs := Values(in)
	device := compute.DeviceNum(0)
	if i := slices.IndexFunc(inputs, Tensor.IsOnAnyDevice); i >= 0 {
		var err error
		if device, err = inputs[i].Device(); err != nil {
			return err
		}
	}
	args := make([]any, len(inputs))
	for i, input := range inputs {
		args[i] = input
	}
	executions.Add(1)
	// In gomlx v0.28.2 Exec.CallOnDevice runs on device 0, whatever its argument.
	outputs, _, err := g.exec.CallWithGraphOnDevice(device, args...)
	if err != nil {
		return err
	}
	Fill(out, outputs)
	return nil
}

// Finalize frees the compiled graph.
func (g Graph[In, Out]) Finalize() {
	if g.exec != nil {
		g.exec.Finalize()
	}
}

// Values returns the fields of a struct in order.
func Values[T any](fields Fields[T]) []T {
	var values []T
	for _, field := range fields.Fields() {
		values = append(values, *field)
	}
	return values
}

// Fill sets the fields of a struct in order. It panics if their number differs from that of the values.
func Fill[T any](fields Fields[T], values []T) {
	list := fields.Fields()
	if len(list) != len(values) {
		panic(fmt.Sprintf("%d values for the %d fields of %T", len(values), len(list), fields))
	}
	for i, field := range list {
		*field = values[i]
	}
}

// Pointers returns pointers to the elements of a list, for a struct that has one among its fields.
func Pointers[T any](list []T) []*T {
	pointers := make([]*T, len(list))
	for i := range list {
		pointers[i] = &list[i]
	}
	return pointers
}

// Free frees the tensors of a struct, except for fields that are nil.
func Free(fields Fields[Tensor]) {
	for _, field := range fields.Fields() {
		if *field != nil {
			(*field).MustFinalizeAll()
		}
	}
}
