package weights_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/errtest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// Folders in NF4 have the values that bitsandbytes widens them to, bit for bit, widened or in four bits on the device (recorded by
// interop/bitsandbytes_models.py): with double quantization, with rows that are no whole blocks, and with a layer that is not quantized.
func TestBitsandbytesValues(t *testing.T) {
	for _, name := range []string{"single", "double"} {
		folder := filepath.Join("testdata/bitsandbytes", name)
		raw, err := os.ReadFile(filepath.Join(folder, "expected.json"))
		if err != nil {
			t.Fatal(err)
		}
		var want struct{ SHA256 map[string]string }
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Fatal(err)
		}
		sizes, err := weights.SizesOf(folder, dtypes.Float32, "")
		if err != nil || !weights.Quantized(folder) {
			t.Fatalf("quantized: %t, %v", weights.Quantized(folder), err)
		}
		for _, form := range []weights.Form{{}, {Quantized: true}} {
			loaded, err := weights.LoadAs(openBackend(t), folder, form)
			if err != nil {
				t.Fatal(err)
			}
			values := stored(t, loaded)
			for tensor, hash := range want.SHA256 {
				raw, _ := binary.Append(nil, binary.LittleEndian, values[tensor])
				if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) != hash {
					t.Errorf("%s, %+v: %s has other values than in bitsandbytes", name, form, tensor)
				}
			}
			if note := widened[name]; form.Quantized != (loaded.Widened != "") || form.Quantized && loaded.Widened != note {
				t.Errorf("%s, %+v: noted %q, want %q", name, form, loaded.Widened, note)
			}
			if size := map[bool]int64{false: sizes.Float, true: sizes.Quantized}[form.Quantized]; loaded.Bytes() != size {
				t.Errorf("%s, %+v: %d bytes, %d were foreseen", name, form, loaded.Bytes(), size)
			}
			loaded.Finalize()
		}
		if sizes.Quantized >= sizes.Float {
			t.Errorf("%s: quantized %d bytes, widened %d", name, sizes.Quantized, sizes.Float)
		}
	}
}

// widened are the notes on the recorded folders: rows of 96 values, and an MLP that is quantized in one layer only.
var widened = map[string]string{
	"single": "2 of 14 matrices are not quantized in memory: rows of mlp.down_proj (2 layers) are no multiple of 64 values.",
	"double": "3 of 11 matrices are not quantized in memory: mlp.gate_proj (1 layer), mlp.up_proj (1 layer) and mlp.down_proj (1 layer) would share a place in a layer with unquantized matrices, of this layer or of another one.",
}

// Matrices that can't be quantized as they are read are named: 96 is a multiple of 32 but not of 64.
func TestWidenedIsNoted(t *testing.T) {
	folder := tinymodel.Write(t, tinymodel.Changed(func(c *decoder.Config) { c.IntermediateSize = 96 }), 1)
	for quantize, want := range map[string]string{"Q4_0": "", "NF4": "2 of 15 matrices are not quantized in memory: rows of mlp.down_proj (2 layers) are no multiple of 64 values."} {
		loaded, err := weights.LoadAs(openBackend(t), folder, weights.Form{Quantize: quantize})
		if err != nil {
			t.Fatal(err)
		}
		if loaded.Widened != want {
			t.Errorf("%s: noted %q, want %q", quantize, loaded.Widened, want)
		}
		loaded.Finalize()
	}
}

// A folder whose matrices in NF4 are damaged is refused before memory is allocated for it.
func TestDamagedBitsandbytes(t *testing.T) {
	const up = "model.layers.1.mlp.up_proj.weight"
	replace := func(old, new string) func(raw []byte) []byte {
		return func(raw []byte) []byte {
			at := strings.LastIndex(string(raw), old) // the last one is in the data, if it is there
			return slices.Concat(raw[:at], []byte(new), raw[at+len(old):])
		}
	}
	for _, c := range []struct {
		name  string
		spoil func(raw []byte) []byte // of the same length
		want  string
	}{
		{"another type", replace(`"quant_type":"nf4"`, `"quant_type":"nf5"`), `it has the type "nf5"`},
		{"other blocks", replace(`"blocksize":64`, `"blocksize":32`), "blocks of 32"},
		{"another shape", replace(`"shape":[128,64]`, `"shape":[128,65]`), "the shape [128 65] makes it 4160"},
		{"no scales", replace(up+`.absmax"`, up+`.absent"`), `no tensor "` + up + `.absmax"`},
		{"no map", replace(up+`.quant_map"`, up+`.quant_mop"`), `no tensor "` + up + `.quant_map"`},
		{"fp4", replace(up+`.quant_state.bitsandbytes__nf4"`, up+`.quant_state.bitsandbytes__fp4"`), "quantized by bitsandbytes to fp4"},
	} {
		folder := tinymodel.Write(t, tinymodel.Config(), 1)
		tinymodel.QuantizeNF4(t, folder)
		path := filepath.Join(folder, "model.safetensors")
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, path, string(c.spoil(raw)))
		_, err = weights.SizesOf(folder, dtypes.Float32, "")
		errtest.Contains(t, err, c.want, folder)
	}
}
