package export

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"

	"example.com/gonb-dpo/dpocore/safetensors"
	"example.com/gonb-dpo/internal/atomicfile"
)

// writeTorch writes tensors as torch.save does: a zip archive whose archive/data.pkl holds a pickled dictionary of names
// and tensors, with each tensor's bytes in archive/data/N. It loads with weights_only=True, which allows nothing but
// tensors.
func writeTorch(path string, list []safetensors.Tensor) error {
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
		if err := store("data.pkl", pickle(list)); err != nil {
			return err
		}
		if err := store("byteorder", []byte("little")); err != nil {
			return err
		}
		for i, tensor := range list {
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

// checkTorch compares a written archive with what was to be written, byte by byte.
func checkTorch(path string, list []safetensors.Tensor) error {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return err
	}
	defer archive.Close()
	same := func(name string, want []byte) error {
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
			return fmt.Errorf("%s holds other bytes; is the disk sound?", name)
		}
		return nil
	}
	if err := same("data.pkl", pickle(list)); err != nil {
		return err
	}
	for i, tensor := range list {
		raw, err := rawValues(tensor)
		if err != nil {
			return err
		}
		if err := same("data/"+strconv.Itoa(i), raw); err != nil {
			return err
		}
	}
	return nil
}

// rawValues are a tensor's values as little-endian float32.
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

// Opcodes of Python's pickle protocol 2 (Lib/pickletools.py describes each).
const (
	opProto      = "\x80\x02"
	opEmptyDict  = "}"
	opMark       = "("
	opSetItems   = "u"
	opGlobal     = "c"
	opUnicode    = "X" // uint32 length, then UTF-8
	opInt        = "J" // int32
	opTuple      = "t" // of all since the mark
	opEmptyTuple = ")"
	opPersistent = "Q" // hands the top of the stack to torch, which gives the storage
	opFalse      = "\x89"
	opReduce     = "R" // calls a function with a tuple of arguments
	opStop       = "."
)

// pickle is {name: torch._utils._rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())} for each tensor.
func pickle(list []safetensors.Tensor) []byte {
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
	for i, tensor := range list {
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
