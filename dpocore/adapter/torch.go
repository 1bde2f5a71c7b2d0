package adapter

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"

	"example.com/gonb-dpo/dpocore/weights/safetensors"
	"example.com/gonb-dpo/internal/atomicfile"
)

// writeTorch writes tensors in the format of torch.save: a zip archive with a pickled dictionary from names to tensors in
// archive/data.pkl and the bytes of tensor N in archive/data/N. torch.load reads it with weights_only=True.
func writeTorch(path string, tensors []safetensors.Tensor) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		archive := zip.NewWriter(w)
		store := func(name string, content []byte) error {
			entry, err := archive.CreateHeader(&zip.FileHeader{Name: "archive/" + name, Method: zip.Store})
			if err != nil {
				return err
			}
			_, err = entry.Write(content)
			return err
		}
		if err := store("data.pkl", pickle(tensors)); err != nil {
			return err
		}
		if err := store("byteorder", []byte("little")); err != nil {
			return err
		}
		for i, tensor := range tensors {
			raw, err := rawValues(tensor)
			if err != nil {
				return err
			}
			if err := store("data/"+strconv.Itoa(i), raw); err != nil {
				return err
			}
		}
		if err := store("version", []byte("3\n")); err != nil {
			return err
		}
		return archive.Close()
	})
}

// checkTorch compares the archive at path with the tensors, byte by byte.
func checkTorch(path string, tensors []safetensors.Tensor) error {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return err
	}
	defer archive.Close()
	expect := func(name string, want []byte) error {
		entry, err := archive.Open("archive/" + name)
		if err != nil {
			return err
		}
		defer entry.Close()
		got, err := io.ReadAll(entry)
		if err != nil {
			return err
		}
		if !bytes.Equal(got, want) {
			return fmt.Errorf("%s has other bytes; check the disk for errors", name)
		}
		return nil
	}
	if err := expect("data.pkl", pickle(tensors)); err != nil {
		return err
	}
	for i, tensor := range tensors {
		raw, err := rawValues(tensor)
		if err != nil {
			return err
		}
		if err := expect("data/"+strconv.Itoa(i), raw); err != nil {
			return err
		}
	}
	return nil
}

// rawValues returns a tensor's values as little-endian float32.
func rawValues(tensor safetensors.Tensor) ([]byte, error) {
	values, err := tensor.Values()
	if err != nil {
		return nil, fmt.Errorf("tensor %q: %w", tensor.Name, err)
	}
	raw, err := binary.Append(nil, binary.LittleEndian, values)
	if err != nil {
		return nil, fmt.Errorf("tensor %q: %w", tensor.Name, err)
	}
	return raw, nil
}

// Opcodes of Python's pickle protocol 2, documented in Lib/pickletools.py.
const (
	opProto      = "\x80\x02"
	opEmptyDict  = "}"
	opMark       = "("
	opSetItems   = "u"
	opGlobal     = "c"
	opUnicode    = "X" // uint32 length, then UTF-8
	opInt        = "J" // int32
	opTuple      = "t" // of everything since the mark
	opEmptyTuple = ")"
	opPersistent = "Q" // pops a persistent id, for which torch returns the storage
	opFalse      = "\x89"
	opReduce     = "R" // calls a function with a tuple of arguments
	opStop       = "."
)

// pickle returns {name: torch._utils._rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict()), …}.
func pickle(tensors []safetensors.Tensor) []byte {
	var out bytes.Buffer
	text := func(s string) {
		out.WriteString(opUnicode)
		out.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(s))))
		out.WriteString(s)
	}
	number := func(n int) {
		out.WriteString(opInt)
		out.Write(binary.LittleEndian.AppendUint32(nil, uint32(int32(n))))
	}
	global := func(module, name string) { out.WriteString(opGlobal + module + "\n" + name + "\n") }
	out.WriteString(opProto + opEmptyDict + opMark)
	for i, tensor := range tensors {
		rows, cols := tensor.Shape[0], tensor.Shape[1]
		text(tensor.Name)
		global("torch._utils", "_rebuild_tensor_v2")
		out.WriteString(opMark + opMark)
		text("storage")
		global("torch", "FloatStorage")
		text(strconv.Itoa(i))
		text("cpu")
		number(rows * cols)
		out.WriteString(opTuple + opPersistent)
		number(0)
		out.WriteString(opMark)
		number(rows)
		number(cols)
		out.WriteString(opTuple + opMark)
		number(cols)
		number(1)
		out.WriteString(opTuple + opFalse)
		global("collections", "OrderedDict")
		out.WriteString(opEmptyTuple + opReduce + opTuple + opReduce)
	}
	out.WriteString(opSetItems + opStop)
	return out.Bytes()
}
