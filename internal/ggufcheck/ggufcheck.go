// Package ggufcheck opens untrusted GGUF files. It checks a header before the library parses it, which allocates memory for
// as many values as the header announces.
//
// The format is https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
package ggufcheck

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/gomlx/go-huggingface/models/gguf"

	"example.com/gonb-dpo/dpocore/weights/ggml"
	"example.com/gonb-dpo/internal/placeholder"
)

// Value types without a fixed width.
const (
	typeString = 8
	typeArray  = 9
)

// widths are the bytes of the other value types.
var widths = map[uint32]uint64{0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}

// Open checks a file and parses its header. It returns an error if the values that the header announces, or a tensor, do
// not fit in the file.
func Open(path string) (*gguf.File, error) {
	if err := placeholder.CheckFile(path); err != nil {
		return nil, err
	}
	size, err := checkHeader(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	file, err := gguf.Open(path)
	if err != nil {
		return nil, err
	}
	if alignment := file.Alignment; alignment > 1<<20 || alignment&(alignment-1) != 0 {
		return nil, fmt.Errorf("%s: its alignment is %d, which is no power of two up to a megabyte", path, alignment)
	}
	for _, tensor := range file.TensorInfos {
		if err := checkTensor(tensor, size-file.DataOffset()); err != nil {
			return nil, fmt.Errorf("%s: tensor %q %w", path, tensor.Name, err)
		}
	}
	return file, nil
}

// checkTensor checks a tensor against the bytes that the file has for tensors.
func checkTensor(tensor gguf.TensorInfo, available int64) error {
	if len(tensor.Shape) == 0 {
		return errors.New("has no shape")
	}
	elements := uint64(1)
	for _, dim := range tensor.Shape {
		if dim == 0 || elements > math.MaxInt64/16/dim {
			return fmt.Errorf("has the impossible shape %v", tensor.Shape)
		}
		elements *= dim
	}
	kind, ok := ggml.Find(uint32(tensor.Type))
	if !ok {
		return fmt.Errorf("has the type %s; this program reads %s: use a file in one of these, or the model's folder", tensor.Type, ggml.Names())
	}
	block, width := uint64(kind.Block), uint64(kind.Bytes)
	if row := tensor.Shape[0]; row%block != 0 {
		return fmt.Errorf("has rows of %d values, which blocks of %d do not fill", row, block)
	}
	if bytes := elements / block * width; available < 0 || tensor.Offset > uint64(available) || bytes > uint64(available)-tensor.Offset {
		return fmt.Errorf("takes bytes %d to %d of %d; the file is cut short or damaged", tensor.Offset, tensor.Offset+bytes, available)
	}
	return nil
}

// header reads a file's header.
type header struct {
	in   *bufio.Reader
	left uint64 // bytes to the end of the file
}

// checkHeader checks a header and returns the file's size.
func checkHeader(path string) (size int64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	h := &header{bufio.NewReaderSize(file, 1<<16), uint64(info.Size())}
	if err := h.walk(); err != nil {
		return 0, fmt.Errorf("the header of the file is damaged, or it is no GGUF file: %w", err)
	}
	return info.Size(), nil
}

func (h *header) walk() error {
	var start struct {
		Magic           [4]byte
		Version         uint32
		Tensors, Values uint64
	}
	if err := h.read(&start); err != nil {
		return err
	}
	if string(start.Magic[:]) != "GGUF" || start.Version < 2 || start.Version > 3 {
		return fmt.Errorf("it begins with %q, version %d", start.Magic[:], start.Version)
	}
	for range start.Values {
		if err := h.text(); err != nil {
			return err
		}
		if err := h.value(); err != nil {
			return err
		}
	}
	for range start.Tensors {
		if err := h.text(); err != nil {
			return err
		}
		var dims uint32
		if err := h.read(&dims); err != nil {
			return err
		}
		if err := h.skip(8*uint64(dims) + 4 + 8); err != nil { // the dimensions, the type, the offset
			return err
		}
	}
	return nil
}

// value skips a value and its type.
func (h *header) value() error {
	var kind uint32
	if err := h.read(&kind); err != nil {
		return err
	}
	if kind != typeArray {
		return h.values(kind, 1)
	}
	var array struct {
		Kind  uint32
		Count uint64
	}
	if err := h.read(&array); err != nil {
		return err
	}
	return h.values(array.Kind, array.Count)
}

// values skips values of a type.
func (h *header) values(kind uint32, count uint64) error {
	if width, ok := widths[kind]; ok {
		if count > h.left/width {
			return fmt.Errorf("it announces %d values of %d bytes where %d bytes are left", count, width, h.left)
		}
		return h.skip(count * width)
	}
	if kind != typeString {
		return fmt.Errorf("it has a value of the unknown type %d", kind)
	}
	if count > h.left/8 { // each begins with its length
		return fmt.Errorf("it announces %d texts where %d bytes are left", count, h.left)
	}
	for range count {
		if err := h.text(); err != nil {
			return err
		}
	}
	return nil
}

// text skips a string.
func (h *header) text() error {
	var length uint64
	if err := h.read(&length); err != nil {
		return err
	}
	return h.skip(length)
}

func (h *header) read(into any) error {
	size := uint64(binary.Size(into))
	if size > h.left {
		return errors.New("it ends too early")
	}
	h.left -= size
	return binary.Read(h.in, binary.LittleEndian, into)
}

func (h *header) skip(bytes uint64) error {
	if bytes > h.left {
		return fmt.Errorf("it announces %d bytes where %d are left", bytes, h.left)
	}
	h.left -= bytes
	_, err := io.CopyN(io.Discard, h.in, int64(bytes))
	return err
}
