package demand

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/device"
)

// attentionArrays is the number of arrays [heads, block, tokens] that attention needs at a time: scores, exponentials,
// gradient. A block of queries attends at a time, but the masks, one for each kind of attention, are whole, [tokens, tokens].
const (
	attentionArrays = 3
	attentionBlock  = 128
)

// attention is the memory of attention in a row, in bytes. Its mask grows with the square of the row's length.
func attention(c decoder.Config, queries, keys int64) int64 {
	return float32Bytes * (int64(c.AttentionKinds())*queries*keys + attentionArrays*int64(c.Heads)*min(queries, attentionBlock)*keys)
}

// Memory is what a device has left: the free bytes, if Known.
type Memory struct {
	Free  int64
	Known bool
}

// FreeOn is the memory that is free for a backend.
func FreeOn(backend compute.Backend) (m Memory) {
	m.Free, m.Known = device.FreeMemory(backend)
	return m
}

// CheckTraining returns an error if training on a row can't fit into the memory, even if it computes layers again.
func (m Memory) CheckTraining(c decoder.Config, row batch.Shape) error {
	d := Of(c, row, true)
	return m.check(row, d.Activations+d.Workspace+d.Attention, d.Attention)
}

// CheckMeasuring returns an error if measuring rows can't fit into the memory.
func (m Memory) CheckMeasuring(c decoder.Config, rows []*batch.Row) error {
	for _, row := range rows {
		d := Of(c, row.Shape, false)
		layer := d.Activations / int64(c.Layers)
		if err := m.check(row.Shape, layer+d.Workspace+d.Attention, d.Attention); err != nil {
			return err
		}
	}
	return nil
}

// Bytes of a weight of a model that is trained whole, in float32.
const (
	// Of the reference, trained, its gradient, two moments, and the sum of gradients while a row is added.
	wholeBytes = (1 + 1 + 1 + 2 + 1) * float32Bytes
	// Of copies of the trained weight and its moments from which a checkpoint is written, twice, since Go's garbage grows as large as
	// what is in use: a model of 135 million weights takes 6.2 GB in its steps and 9.3 then.
	savedBytes = 2 * 3 * float32Bytes
)

// Saving is what writing a checkpoint takes in addition if all of a model's weights are trained, in bytes.
func Saving(parameters int) int64 { return savedBytes * int64(parameters) }

// CheckWhole returns an error if training all of a model's weights can't fit into the memory.
func (m Memory) CheckWhole(model string, parameters int) error {
	need := wholeBytes*int64(parameters) + Saving(parameters)
	if !m.Known || need <= m.Free {
		return nil
	}
	return fmt.Errorf("training all %d weights of %s takes %s of memory, %d bytes each, and %s are free; train an adapter (leave out --full), or use a smaller model",
		parameters, model, Gigabytes(need), wholeBytes+savedBytes, Gigabytes(m.Free))
}

// CheckMeasuredWhole returns an error if a model whose weights were all trained can't fit into the memory beside the model that it was
// trained from: both, and the state of training, which a policy has.
func (m Memory) CheckMeasuredWhole(parameters int) error {
	need := wholeBytes * int64(parameters)
	if !m.Known || need <= m.Free {
		return nil
	}
	return fmt.Errorf("to compare all %d weights with those before training takes %s of memory, and %s are free; name the folder as the model (--model), which is measured alone", parameters, Gigabytes(need), Gigabytes(m.Free))
}

// adapterBytes of a value of an adapter: trained, its gradient, two moments, and a copy on the host.
const adapterBytes = 5 * float32Bytes

// CheckAdapter returns an error if training an adapter of this many values can't fit into the memory.
func (m Memory) CheckAdapter(rank, values int) error {
	need := adapterBytes * float64(values)
	if values > 0 && (!m.Known || need <= float64(m.Free)) {
		return nil
	}
	return fmt.Errorf("an adapter of rank %d does not fit into the memory, of which %s are free: each value takes %d bytes; choose a smaller rank (16 is usual)", rank, Gigabytes(m.Free), adapterBytes)
}

// CheckWeights returns an error if the weights of a model, in a form of config.Config.Base and of a size in bytes, can't fit
// into the memory; quantized is their size in that form, and fourBits that with --quantize q4_0.
func (m Memory) CheckWeights(model, form string, size, quantized, fourBits int64) error {
	if !m.Known || size <= m.Free {
		return nil
	}
	var remedy string
	switch {
	case quantized < size && quantized <= m.Free:
		remedy = fmt.Sprintf("with --base-weights quantized they take %s", Gigabytes(quantized))
	case quantized < size || form == "quantized": // a quantized file
		remedy = "use a smaller model, or a GGUF file of this one with fewer bits"
	case fourBits <= m.Free:
		remedy = fmt.Sprintf("with --quantize q4_0 they take %s", Gigabytes(fourBits))
	default:
		remedy = fmt.Sprintf("use a smaller model: quantized to q4_0 this one takes %s", Gigabytes(fourBits))
	}
	return fmt.Errorf("the weights of %s take %s of memory (%s), and %s are free; %s", model, Gigabytes(size), form, Gigabytes(m.Free), remedy)
}

func (m Memory) check(row batch.Shape, need, attention int64) error {
	if !m.Known || need <= m.Free {
		return nil
	}
	return fmt.Errorf("a row of %d tokens, as the longest pair needs with its prompt and both answers, takes %s of memory (%s of it for attention, which grows with the square of the length), and %s are free; lower the maximum length, or leave the longest pairs out",
		row.Tokens, Gigabytes(need), Gigabytes(attention), Gigabytes(m.Free))
}

// CheckAnswering returns an error if a cache of keys and values with this many slots, for prompt and answers, can't fit into
// the memory; precision is that of the weights. The cache is there twice during a step, old and new.
func (m Memory) CheckAnswering(c decoder.Config, precision dtypes.DType, slots, tokens int) error {
	const chunk = 64
	cache := 2 * 2 * int64(c.Layers) * int64(c.CacheShape(slots, precision).ByteSize())
	if need := cache + attention(c, chunk, int64(slots)); m.Known && need > m.Free {
		return fmt.Errorf("%d tokens of prompt and answers take %s of memory for keys and values, and %s are free; shorten the prompt, or ask for fewer or shorter answers",
			tokens, Gigabytes(need), Gigabytes(m.Free))
	}
	return nil
}

// Gigabytes is a number of bytes in words: "1.5 GB".
func Gigabytes(bytes int64) string { return fmt.Sprintf("%.1f GB", float64(bytes)/1e9) }
