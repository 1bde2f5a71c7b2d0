package export

import (
	"fmt"
	"strings"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/export/ggufmodel"
	"example.com/gonb-dpo/dpocore/weights/ggml"
	"example.com/gonb-dpo/internal/gguffile"
)

// AdapterTypes are the types in which [WriteLoRA] stores an adapter.
var AdapterTypes = []string{"f32", "f16"}

// adapterMetadata lists the keys of a GGUF file with the adapter alone, as llama.cpp's converter writes them.
func adapterMetadata(model Model, dtype string) ([]gguffile.Entry, error) {
	form, err := ggufmodel.FormOf(model.Weights.Config)
	if err != nil {
		return nil, err
	}
	kind, _ := findFileType(dtype)
	return []gguffile.Entry{
		{Key: "general.architecture", Value: form.Architecture()},
		{Key: "general.type", Value: "adapter"},
		{Key: "general.name", Value: model.Name},
		{Key: "general.file_type", Value: kind.number},
		{Key: "adapter.type", Value: "lora"},
		{Key: "adapter.lora.alpha", Value: float32(ggufAlpha(model.Layout.LoRA, model.Layout.LoRA.Modules[0]))},
	}, nil
}

// ggufAlpha is the alpha of a projection for llama.cpp, which scales by alpha/rank, whatever the adapter's own rule.
func ggufAlpha(lora decoder.LoRA, module string) float64 {
	return lora.ScaleOf(module) * float64(lora.RankOf(module))
}

// ggufB is B as it has to be if all projections have the same alpha, that of the first.
func ggufB(lora decoder.LoRA, module string, b []float32) []float32 {
	ratio := float32(ggufAlpha(lora, module) / ggufAlpha(lora, lora.Modules[0]))
	if ratio == 1 {
		return b
	}
	scaled := make([]float32, len(b))
	for i, value := range b {
		scaled[i] = ratio * value
	}
	return scaled
}

// adapterTensors lists the factors of the adapter.
func adapterTensors(model Model, dtype string) (tensors []gguffile.Tensor, err error) {
	form, err := ggufmodel.FormOf(model.Weights.Config)
	if err != nil {
		return nil, err
	}
	whole, _ := findFileType(dtype)
	for _, factor := range model.Layout.Factors {
		projection, matrix, ok := strings.Cut(strings.TrimPrefix(factor.Name, "base_model.model."), ".lora_")
		if !ok {
			return nil, fmt.Errorf("%s is not a factor of LoRA", factor.Name)
		}
		projection += ".weight"
		name, err := form.Name(projection)
		if err != nil {
			return nil, err
		}
		values := model.Adapter[factor.Offset : factor.Offset+factor.Size()]
		if !factor.IsA {
			values = ggufB(model.Layout.LoRA, decoder.ModuleOf(projection), values)
			if values, err = form.Rows(projection, values, factor.Shape); err != nil {
				return nil, err
			}
		}
		kind := ggml.Named(whole.most)
		tensors = append(tensors, gguffile.Tensor{Name: name + ".lora_" + strings.ToLower(matrix[:1]), Type: kind, Shape: factor.Shape,
			Bytes: func() ([]byte, error) { return quantize(kind, values) }})
	}
	return tensors, nil
}
