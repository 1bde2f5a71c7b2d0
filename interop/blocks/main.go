// Command blocks writes the values of GGUF blocks of a type, named on the command line by its number, from standard input, as
// float32 in the machine's byte order.
package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"strconv"

	"example.com/gonb-dpo/dpocore/weights/ggml"
)

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(number string) error {
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
	return binary.Write(os.Stdout, binary.NativeEndian, kind.Float32(raw))
}
