package terminal

import (
	"fmt"
	"os"
)

// Output is the standard output. It remembers that a write failed, so that a full disk is not missed where output is printed in
// many pieces, and then stops the command: nothing that it prints later would arrive.
type Output struct {
	file *os.File
	stop func()
	err  error
}

// NewOutput returns an Output to a file. It calls stop after the first write that fails.
func NewOutput(file *os.File, stop func()) *Output { return &Output{file: file, stop: stop} }

// Write implements io.Writer. After a failure it writes nothing more.
func (o *Output) Write(content []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.file.Write(content)
	if err != nil {
		o.err = fmt.Errorf("the output is incomplete: %w", err)
		o.stop()
	}
	return n, o.err
}

// Fd returns the file descriptor.
func (o *Output) Fd() uintptr { return o.file.Fd() }

// Err returns the error of the first write that failed, or nil.
func (o *Output) Err() error { return o.err }
