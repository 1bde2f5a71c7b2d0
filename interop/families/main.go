// Command families prints the vocabulary logits that package decoder computes: for the model folders named on the command line, in
// turn, and the token ids on standard input (a JSON list), as float32 in the machine's byte order, [tokens, vocabulary].
package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/weights"
)

func main() {
	var tokens []int32
	if err := json.NewDecoder(os.Stdin).Decode(&tokens); err != nil {
		fail("read token ids", err)
	}
	for _, folder := range os.Args[1:] {
		logits, err := compute(folder, tokens)
		if err != nil {
			fail(folder, err)
		}
		if err := binary.Write(os.Stdout, binary.NativeEndian, logits); err != nil {
			fail("write logits", err)
		}
	}
}

func fail(what string, err error) {
	fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
	os.Exit(1)
}

func compute(folder string, tokens []int32) ([]float32, error) {
	backend, err := device.Open()
	if err != nil {
		return nil, err
	}
	loaded, err := weights.Load(backend, folder)
	if err != nil {
		return nil, err
	}
	defer loaded.Finalize()
	exec, err := graph.NewExec(backend, func(params []*graph.Node) []*graph.Node {
		net, rest := decoder.Bind(loaded.Config, params)
		row := decoder.Row{Tokens: rest[0], Pair: rest[1], Branch: rest[1], Position: rest[2]}
		return []*graph.Node{net.Logits(net.Hidden(row))}
	})
	if err != nil {
		return nil, err
	}
	position := make([]int32, len(tokens))
	for i := range position {
		position[i] = int32(i)
	}
	var args []any
	for _, weight := range loaded.Tensors() {
		args = append(args, weight)
	}
	outputs, err := exec.Call(append(args, tokens, make([]int32, len(tokens)), position)...)
	if err != nil {
		return nil, err
	}
	return tensors.MustCopyFlatData[float32](outputs[0]), nil
}
