// Package safetensors reads and writes the safetensors format: a little-endian uint64 with the length of a JSON header,
// the header, then the tensors' bytes (https://huggingface.co/docs/safetensors).
//
// Start with [Open] and [Write]. Values are float32 in Go, whatever the type in the file.
package safetensors

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"sort"
	"unsafe"

	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/float16"

	"example.com/gonb-dpo/internal/placeholder"
)

// maxHeader is the longest header that the reference implementation accepts, in bytes.
const maxHeader = 100_000_000

// Info describes one tensor of a file.
type Info struct {
	DType   string   `json:"dtype"`        // F32, F16 or BF16; other types can be listed but not read
	Shape   []int    `json:"shape"`        // outermost dimension first
	Offsets [2]int64 `json:"data_offsets"` // first byte and end, counted from the end of the header
}

// Size is the number of values.
func (i Info) Size() int {
	size := 1
	for _, dim := range i.Shape {
		size *= dim
	}
	return size
}

// File is an open safetensors file with a valid header that fits the size of the file.
type File struct {
	Metadata map[string]string

	path    string
	file    *os.File
	start   int64
	tensors map[string]Info
}

// Open reads and checks the header. The caller closes the file.
func Open(path string) (*File, error) {
	if err := placeholder.CheckFile(path); err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	f := &File{path: path, file: file, tensors: map[string]Info{}, Metadata: map[string]string{}}
	if err := f.readHeader(); err != nil {
		file.Close()
		return nil, fmt.Errorf("read the header of %s: %w; the file is damaged or not a safetensors file", path, err)
	}
	return f, nil
}

// Path is the path that was opened.
func (f *File) Path() string { return f.path }

// Close closes the file.
func (f *File) Close() error { return f.file.Close() }

// Names lists the tensors in alphabetical order.
func (f *File) Names() []string {
	names := make([]string, 0, len(f.tensors))
	for name := range f.tensors {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Info returns a tensor's entry in the header.
func (f *File) Info(name string) (Info, bool) {
	info, ok := f.tensors[name]
	return info, ok
}

// Read returns a tensor's values, converted to float32. Types other than F32, F16 and BF16 are an error here but not in
// [Open], because a file may contain tensors that nobody reads.
func (f *File) Read(name string) ([]float32, error) {
	info, ok := f.tensors[name]
	if !ok {
		return nil, fmt.Errorf("%s has no tensor %q", f.path, name)
	}
	return f.read(name, info, 0, info.Size())
}

// ReadRows returns the values of a matrix's rows from begin to before end, as Read does.
func (f *File) ReadRows(name string, begin, end int) ([]float32, error) {
	info, ok := f.tensors[name]
	if !ok || len(info.Shape) != 2 {
		return nil, fmt.Errorf("%s has no matrix %q", f.path, name)
	}
	return f.read(name, info, begin*info.Shape[1], (end-begin)*info.Shape[1])
}

// ReadValues returns count of a tensor's values, from the first one on, as Read does.
func (f *File) ReadValues(name string, first, count int) ([]float32, error) {
	info, ok := f.tensors[name]
	if !ok || first < 0 || count < 0 || first+count > info.Size() {
		return nil, fmt.Errorf("%s has no tensor %q with the values %d to %d", f.path, name, first, first+count)
	}
	return f.read(name, info, first, count)
}

// ReadBytes returns a tensor's bytes from begin to before end, whatever its type.
func (f *File) ReadBytes(name string, begin, end int) ([]byte, error) {
	info, ok := f.tensors[name]
	if !ok || begin < 0 || end < begin || int64(end) > info.Offsets[1]-info.Offsets[0] {
		return nil, fmt.Errorf("%s has no tensor %q with the bytes %d to %d", f.path, name, begin, end)
	}
	raw := make([]byte, end-begin)
	if _, err := f.file.ReadAt(raw, f.start+info.Offsets[0]+int64(begin)); err != nil {
		return nil, fmt.Errorf("read tensor %q of %s: %w", name, f.path, err)
	}
	return raw, nil
}

// read returns some of a tensor's values, from the first one on.
func (f *File) read(name string, info Info, first, count int) ([]float32, error) {
	if _, known := widths[info.DType]; !known {
		return nil, fmt.Errorf("tensor %q of %s has type %q; this program reads F32, F16 and BF16", name, f.path, info.DType)
	}
	width := widths[info.DType]
	raw := make([]byte, int64(count)*width)
	if _, err := f.file.ReadAt(raw, f.start+info.Offsets[0]+int64(first)*width); err != nil {
		return nil, fmt.Errorf("read tensor %q of %s: %w", name, f.path, err)
	}
	return decode(raw, info.DType, count), nil
}

func (f *File) readHeader() error {
	stat, err := f.file.Stat()
	if err != nil {
		return err
	}
	var prefix [8]byte
	if _, err := io.ReadFull(f.file, prefix[:]); err != nil {
		return fmt.Errorf("it is shorter than 8 bytes")
	}
	length := binary.LittleEndian.Uint64(prefix[:])
	if length > maxHeader || int64(length) > stat.Size()-8 {
		return fmt.Errorf("it names a header of %d bytes in a file of %d", length, stat.Size())
	}
	header := make([]byte, length)
	if _, err := io.ReadFull(f.file, header); err != nil {
		return err
	}
	f.start = 8 + int64(length)
	return f.parseHeader(header, stat.Size()-f.start)
}

func (f *File) parseHeader(header []byte, available int64) error {
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(header, &entries); err != nil {
		return fmt.Errorf("its header is not JSON: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(entries)) { // so that of several errors the same one is reported
		raw := entries[name]
		if name == "__metadata__" {
			if err := json.Unmarshal(raw, &f.Metadata); err != nil {
				return fmt.Errorf("metadata: %w", err)
			}
			continue
		}
		var info Info
		if err := json.Unmarshal(raw, &info); err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		if err := info.check(available); err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		f.tensors[name] = info
	}
	return f.checkCover(available)
}

// checkCover returns an error for tensors that overlap and for bytes that belong to no tensor, which the format forbids.
func (f *File) checkCover(available int64) error {
	names := f.Names()
	slices.SortStableFunc(names, func(a, b string) int {
		x, y := f.tensors[a].Offsets, f.tensors[b].Offsets
		return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1]))
	})
	end := int64(0)
	for _, name := range names {
		offsets := f.tensors[name].Offsets
		if offsets[0] != end {
			return fmt.Errorf("tensor %q begins at byte %d where the one before it ends at %d", name, offsets[0], end)
		}
		end = offsets[1]
	}
	if end != available {
		return fmt.Errorf("its tensors end at byte %d of %d", end, available)
	}
	return nil
}

func (i Info) check(available int64) error {
	if i.DType == "" {
		return errors.New("it names no type")
	}
	width, known := widths[i.DType]
	size := int64(1)
	for _, dim := range i.Shape {
		if dim < 0 || (dim > 0 && size > math.MaxInt64/8/int64(dim)) {
			return fmt.Errorf("its shape %v is impossible", i.Shape)
		}
		size *= int64(dim)
	}
	begin, end := i.Offsets[0], i.Offsets[1]
	if begin < 0 || end < begin || end > available || known && end-begin != size*width {
		return fmt.Errorf("bytes %d to %d of %d do not hold shape %v of type %s", begin, end, available, i.Shape, i.DType)
	}
	return nil
}

// widths are the bytes per value.
var widths = map[string]int64{"F32": 4, "F16": 2, "BF16": 2}

// decode converts count values of a type to float32.
func decode(raw []byte, dtype string, count int) []float32 {
	values := make([]float32, count)
	switch dtype {
	case "F32":
		if len(values) > 0 {
			copy(unsafe.Slice((*byte)(unsafe.Pointer(&values[0])), len(raw)), raw)
		}
	case "F16":
		for i := range values {
			values[i] = float16.FromBits(binary.LittleEndian.Uint16(raw[2*i:])).Float32()
		}
	case "BF16":
		for i := range values {
			values[i] = bfloat16.FromBits(binary.LittleEndian.Uint16(raw[2*i:])).Float32()
		}
	}
	return values
}
