package tinymodel

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/decoder/packed/nf4"
	"example.com/gonb-dpo/dpocore/weights/ggml"
)

// QuantizeNF4 quantizes the matrices in the layers of a folder of [Write] and writes them as bitsandbytes does, without double
// quantization.
func QuantizeNF4(t testing.TB, folder string) {
	t.Helper()
	file := mixedFile{header: map[string]any{}}
	for _, tensor := range ReadTensors(t, folder) {
		values, err := tensor.Values()
		if err != nil {
			t.Fatal(err)
		}
		if len(tensor.Shape) != 2 || !strings.Contains(tensor.Name, ".layers.") {
			file.add(t, tensor.Name, "F32", tensor.Shape, values)
			continue
		}
		raw, err := ggml.NF4.Quantize(values)
		if err != nil {
			t.Fatal(err)
		}
		groups := ggml.NF4.Decode(raw)
		packed := make([]byte, len(values)/2)
		for i := range packed {
			packed[i] = byte(groups.Codes[2*i]<<4 | groups.Codes[2*i+1])
		}
		state, err := json.Marshal(map[string]any{"quant_type": "nf4", "blocksize": ggml.NF4.Block, "dtype": "float32", "shape": tensor.Shape})
		if err != nil {
			t.Fatal(err)
		}
		file.add(t, tensor.Name, "U8", []int{len(packed), 1}, packed)
		file.add(t, tensor.Name+".absmax", "F32", []int{len(groups.Scales)}, groups.Scales)
		file.add(t, tensor.Name+".quant_map", "F32", []int{len(nf4.Levels)}, nf4.Levels[:])
		file.add(t, tensor.Name+".quant_state.bitsandbytes__nf4", "U8", []int{len(state)}, state)
	}
	file.write(t, folder)
	changeConfig(t, folder, "quantization_config", map[string]any{"quant_method": "bitsandbytes", "load_in_4bit": true, "bnb_4bit_quant_type": "nf4"})
}

// changeConfig sets a field of a folder's config.json.
func changeConfig(t testing.TB, folder, field string, value any) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(folder, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	var config map[string]any
	if err := json.Unmarshal(raw, &config); err != nil {
		t.Fatal(err)
	}
	config[field] = value
	if raw, err = json.Marshal(config); err != nil {
		t.Fatal(err)
	}
	writeFile(t, folder, "config.json", raw)
}

// mixedFile is a safetensors file with tensors of several types.
type mixedFile struct {
	header map[string]any
	data   bytes.Buffer
}

func (f *mixedFile) add(t testing.TB, name, dtype string, shape []int, values any) {
	t.Helper()
	begin := f.data.Len()
	if err := binary.Write(&f.data, binary.LittleEndian, values); err != nil {
		t.Fatal(err)
	}
	f.header[name] = map[string]any{"dtype": dtype, "shape": shape, "data_offsets": []int{begin, f.data.Len()}}
}

func (f *mixedFile) write(t testing.TB, folder string) {
	t.Helper()
	header, err := json.Marshal(f.header)
	if err != nil {
		t.Fatal(err)
	}
	content := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	content = append(append(content, header...), f.data.Bytes()...)
	writeFile(t, folder, "model.safetensors", content)
}
