package model

import (
	"cmp"
	"fmt"

	"github.com/gomlx/compute"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/run"
)

// usedRun is a run whose adapter is measured or answers.
type usedRun struct{ dir, precision, quantize string }

// Follow sets date, chat template, its arguments and the system prompt to those of the run whose adapter is in the first of some
// folders, of which there may be none: what is measured with an adapter has the prompts that the adapter was trained on. For the same
// reason [Model.LoadForUse] computes in that run's precision. A folder may be "", for no adapter.
func (m *Model) Follow(adapters ...string) error {
	prompts, runs, err := follow(adapters)
	if err != nil {
		return err
	}
	m.runs = runs
	return m.SetPrompts(prompts)
}

// follow returns the prompts of the first run, and all runs that have a precision.
func follow(adapters []string) (prompts config.Prompts, runs []usedRun, err error) {
	for i, dir := range adapters {
		if dir == "" {
			continue
		}
		record, _, err := run.ReadRecord(dir)
		if err != nil {
			return prompts, nil, err
		}
		if i == 0 {
			prompts = record.Config.Prompts()
		}
		if precision := record.Config.Precision; precision != "" && precision != config.Auto {
			runs = append(runs, usedRun{dir, precision, record.Config.Quantize})
		}
	}
	return prompts, runs, nil
}

// LoadForUse loads the weights for measuring and answering. Those that are loaded stay as they are. Otherwise they get the
// precision of the first run that the model follows, so that its held-out pairs have the figures that training had. Without
// a run it is not bfloat16, so that a model answers alike on all machines. m.Note receives a sentence on a run in bfloat16,
// on matrices that are not quantized in memory, and on each other run with another precision.
func (m *Model) LoadForUse() error {
	if m.weights != nil {
		return nil
	}
	precision, base := config.Auto, config.Auto
	if len(m.runs) > 0 {
		precision, base = m.runs[0].precision, cmp.Or(m.runs[0].quantize, base)
	}
	if err := m.load(precision, base, func(b compute.Backend) hardware { return hardware{gpu: device.OnGPU(b)} }, false); err != nil {
		return err
	}
	m.forUse = precision == config.Auto
	for _, note := range m.useNotes() {
		if m.Note != nil {
			m.Note(note)
		}
	}
	return nil
}

func (m *Model) useNotes() (notes []string) {
	if note := m.PrecisionNote(); note != "" && len(m.runs) > 0 {
		notes = append(notes, fmt.Sprintf("The adapter %s was trained in %s, so this is computed in it too. %s", m.runs[0].dir, m.precision, note))
	}
	if m.change != "" {
		notes = append(notes, m.change)
	}
	for _, r := range m.runs {
		if r.precision != m.precision {
			notes = append(notes, fmt.Sprintf("The adapter %s was trained in %s; here it is computed in %s, as %s was trained.",
				r.dir, r.precision, m.precision, m.runs[0].dir))
		}
		if r.quantize != m.runs[0].quantize {
			notes = append(notes, fmt.Sprintf("The adapter %s was trained on %s weights; here they are %s, as %s was trained.",
				r.dir, quantization(r.quantize), quantization(m.runs[0].quantize), m.runs[0].dir))
		}
	}
	return notes
}
