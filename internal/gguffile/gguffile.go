// Package gguffile writes GGUF files (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md). Start with [Write].
package gguffile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"example.com/gonb-dpo/dpocore/weights/ggml"
	"example.com/gonb-dpo/internal/atomicfile"
)

// Entry is a key of the metadata. Its value is a uint32, int32, float32, bool or string, or a slice of int32, float32 or
// string.
type Entry struct {
	Key   string
	Value any
}

// Tensor is a tensor of the file. Bytes returns its values in the type; it is called once, in the order of the file.
type Tensor struct {
	Name  string
	Type  ggml.Type
	Shape []int // outermost dimension first
	Bytes func() ([]byte, error)
}

// size is the number of bytes.
func (t Tensor) size() (int, error) {
	values := 1
	for _, dim := range t.Shape {
		values *= dim
	}
	return t.Type.Size(values)
}

const (
	version   = 3
	alignment = 32 // of the tensors, the format's default
)

// Write writes a file, which appears at path once it is complete.
func Write(path string, metadata []Entry, tensors []Tensor) error {
	return atomicfile.Write(path, func(out io.Writer) error {
		w := &writer{out: out}
		w.header(metadata, tensors)
		for _, tensor := range tensors {
			w.tensor(tensor)
		}
		return w.err
	})
}

// writer counts what it writes, and keeps the first error.
type writer struct {
	out   io.Writer
	count int
	err   error
}

func (w *writer) Write(raw []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	var n int
	n, w.err = w.out.Write(raw)
	w.count += n
	return n, w.err
}

// fail keeps the first error.
func (w *writer) fail(err error) { w.err = errors.Join(w.err, err) }

func (w *writer) put(value any) {
	if err := binary.Write(w, binary.LittleEndian, value); err != nil && w.err == nil {
		w.err = err
	}
}

func (w *writer) text(s string) {
	w.put(uint64(len(s)))
	w.Write([]byte(s))
}

// align fills up to a multiple of the alignment.
func (w *writer) align() { w.Write(make([]byte, padded(w.count)-w.count)) }

func padded(size int) int { return (size + alignment - 1) / alignment * alignment }

// header writes all before the tensors' bytes.
func (w *writer) header(metadata []Entry, tensors []Tensor) {
	w.Write([]byte("GGUF"))
	w.put(uint32(version))
	w.put(uint64(len(tensors)))
	w.put(uint64(len(metadata)))
	for _, entry := range metadata {
		w.text(entry.Key)
		w.value(entry)
	}
	offset := 0
	for _, tensor := range tensors {
		size, err := tensor.size()
		if err != nil {
			w.fail(fmt.Errorf("tensor %s: %w", tensor.Name, err))
			return
		}
		w.text(tensor.Name)
		w.put(uint32(len(tensor.Shape)))
		for i := range tensor.Shape {
			w.put(uint64(tensor.Shape[len(tensor.Shape)-1-i]))
		}
		w.put(tensor.Type.ID)
		w.put(uint64(offset))
		offset += padded(size)
	}
	w.align()
}

// Value types.
const (
	typeUint32  = 4
	typeInt32   = 5
	typeFloat32 = 6
	typeBool    = 7
	typeString  = 8
	typeArray   = 9
)

func (w *writer) value(entry Entry) {
	switch v := entry.Value.(type) {
	case uint32:
		w.put([]uint32{typeUint32, v})
	case int32:
		w.put([]int32{typeInt32, v})
	case float32:
		w.put(uint32(typeFloat32))
		w.put(v)
	case bool:
		w.put(uint32(typeBool))
		w.put(v)
	case string:
		w.put(uint32(typeString))
		w.text(v)
	case []int32:
		w.array(typeInt32, len(v))
		w.put(v)
	case []float32:
		w.array(typeFloat32, len(v))
		w.put(v)
	case []string:
		w.array(typeString, len(v))
		for _, s := range v {
			w.text(s)
		}
	default:
		w.fail(fmt.Errorf("the value of %s has the type %T, which this package does not write", entry.Key, v))
	}
}

// array writes what is before the values of an array.
func (w *writer) array(kind, count int) {
	w.put([]uint32{typeArray, uint32(kind)})
	w.put(uint64(count))
}

func (w *writer) tensor(t Tensor) {
	if w.err != nil {
		return
	}
	raw, err := t.Bytes()
	if err != nil {
		w.fail(fmt.Errorf("tensor %s: %w", t.Name, err))
		return
	}
	if size, _ := t.size(); size != len(raw) {
		w.fail(fmt.Errorf("tensor %s has %d bytes where its shape has %d", t.Name, len(raw), size))
		return
	}
	w.Write(raw)
	w.align()
}
