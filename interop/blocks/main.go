// Command blocks writes the values of GGUF blocks of a type, named on the command line by its number, from standard input, as
// float32 in the machine's byte order; with the word "quantize" after the number, the blocks of such values.
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"strconv"

	"example.com/gonb-dpo/dpocore/weights/ggml"
)

func main() {
	if err := run(os.Args[1], len(os.Args) > 2); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(number string, quantize bool) error {
	id, err := strconv.ParseUint(number, 10, 32)
	if err != nil {
		return err
	}
	kind, ok := ggml.Find(uint32(id))
	if !ok {
		return fmt.Errorf("no tensor type has the number %d", id)
	}
	raw, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	if !quantize {
		return binary.Write(os.Stdout, binary.NativeEndian, kind.Float32(raw))
	}
	values := make([]float32, len(raw)/4)
	if err := binary.Read(bytes.NewReader(raw), binary.NativeEndian, values); err != nil {
		return err
	}
	blocks, err := kind.Quantize(values)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(blocks)
	return err
}
