package model

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gomlx/compute"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/demand"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/weights"
)

// quantizes reports whether a form is one to which weights are quantized as they are read.
func (m *Model) quantizes(base string) bool { return slices.Contains(config.Quantizations, base) }

// quantized reports whether the loaded weights were quantized as they were read.
func (m *Model) quantized() bool { return m.quantizes(m.base) }

// ggmlType is the type of GGUF's of that form; "" for another form.
func ggmlType(base string) string {
	if slices.Contains(config.Quantizations, base) {
		return strings.ToUpper(base)
	}
	return ""
}

// quantization names one of [config.Quantizations] or "" for notes.
func quantization(to string) string {
	if to == "" {
		return "unquantized"
	}
	return to
}

// comparedPairs is the number of built-in pairs on which the change by quantization is measured.
const comparedPairs = 8

// QuantizedNote tells what quantization has changed, as measured when the weights were loaded, unless they were not quantized as they
// were read, and which matrices are not quantized in memory; "" if there is nothing to tell.
func (m *Model) QuantizedNote() string { return m.change }

// LoadForMerge loads the weights into which the adapter in a folder, "" for none, is merged, in float32: those of the file, whatever they
// were quantized to as they were read. m.Note receives a sentence if the adapter was trained on such.
func (m *Model) LoadForMerge(dir string) error {
	base := config.Auto
	if m.quantized() {
		base = config.Float
	}
	if err := m.Load(config.Float32, base); err != nil || dir == "" {
		return err
	}
	record, _, err := run.ReadRecord(dir)
	if err == nil && record.Config.Quantize != "" && m.Note != nil {
		m.Note(fmt.Sprintf("The adapter %s was trained on weights quantized to %s, and is merged into the unquantized ones, on which its answers may differ a little.",
			dir, record.Config.Quantize))
	}
	return err
}

// loadQuantized loads the weights twice: as they are, to measure answers, and quantized. If there is no memory for the former,
// nothing is compared.
func (m *Model) loadQuantized(backend compute.Backend, precision, base string) error {
	rows, err := m.comparedRows()
	if err != nil {
		return fmt.Errorf("measure the change by quantization: %w", err)
	}
	sizes, err := weights.SizesOf(m.Path, halfTypes[precision], "")
	if err != nil {
		return fmt.Errorf("load the model: %w", err)
	}
	var before []float64
	if free := demand.FreeOn(backend); !free.Known || sizes.Float <= free.Free {
		if err := m.loadOn(backend, precision, config.Float); err != nil {
			return err
		}
		if before, err = m.answerLogProbs(rows); err != nil {
			return err
		}
		m.unload()
	}
	if err := m.loadOn(backend, precision, base); err != nil {
		return err
	}
	if before == nil {
		m.addChange(fmt.Sprintf("The weights were quantized to %s; what that changes was not measured, since the unquantized ones do not fit into the free memory.", base))
		return nil
	}
	after, err := m.answerLogProbs(rows)
	if err != nil {
		return err
	}
	m.addChange(changeNote(base, before, after))
	return nil
}

// addChange writes a sentence before that of the matrices that are not quantized in memory.
func (m *Model) addChange(note string) { m.change = strings.TrimSpace(note + " " + m.change) }

// comparedRows are rows of built-in pairs.
func (m *Model) comparedRows() ([]*batch.Row, error) {
	set, _, err := preference.Builtin()
	if err != nil {
		return nil, err
	}
	set.Pairs = set.Pairs[:comparedPairs]
	examples, err := m.Encoder(config.Default().MaxLength).EncodeSet(set)
	if err != nil {
		return nil, err
	}
	return batch.Pack(examples.List, batch.Plan([][]batch.Example{examples.List})...)
}

// answerLogProbs are the log-probabilities per token of the rows' answers under the loaded weights.
func (m *Model) answerLogProbs(rows []*batch.Row) (perToken []float64, err error) {
	p, err := m.Policy("")
	if err != nil {
		return nil, err
	}
	defer p.Finalize()
	for _, row := range rows {
		measured, err := p.Reference(row)
		if err != nil {
			return nil, err
		}
		for place, pair := range measured.LogProbs {
			for answer, logProb := range pair {
				tokens := 0
				for _, owner := range row.Owner {
					if int(owner) == 2*place+answer {
						tokens++
					}
				}
				perToken = append(perToken, float64(logProb)/float64(tokens))
			}
		}
	}
	return perToken, nil
}

// changeNote compares answers' log-probabilities per token.
func changeNote(base string, before, after []float64) string {
	sum, largest := 0.0, 0.0
	for i := range before {
		change := math.Abs(after[i] - before[i])
		sum, largest = sum+change, max(largest, change)
	}
	return fmt.Sprintf("The weights were quantized to %s: the log-probabilities of %d built-in answers changed by %.3f nats per token on average, at most by %.3f.",
		base, len(before), sum/float64(len(before)), largest)
}
