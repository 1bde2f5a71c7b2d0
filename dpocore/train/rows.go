package train

import (
	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/measure"
)

// Limits on the steps whose pairs the shapes of rows are chosen for.
const (
	maxPlannedSteps = 2000
	maxPlannedPairs = 512 // if each has to be tokenized for this
)

// rowStep is what lengths of rows are multiples of.
const rowStep = 64

// chooseShapes chooses the shapes of rows for the whole run, from all of its steps or a sample spread evenly.
func (p *plan) chooseShapes() error {
	count := maxPlannedSteps
	if p.pairs.Large {
		count = max(1, maxPlannedPairs/p.config.StepPairs())
	}
	count = min(count, p.config.MaxSteps)
	var steps [][]batch.Example
	for i := range count {
		_, pairs, err := p.pairs.At(p.schedule.Step(i * p.config.MaxSteps / count))
		if err != nil {
			return err
		}
		steps = append(steps, pairs)
		if p.config.KTO() {
			steps = append(steps, measure.Mismatched(pairs, p.pairs.Limit().Tokens()))
		}
	}
	p.shapes = batch.Plan(steps)
	return nil
}

// pack packs the pairs of a step into rows of the chosen shapes. A pair that fits none of them gets a row to itself, of
// the length that the longest possible pair needs.
func (p *plan) pack(pairs []batch.Example) ([]*batch.Row, error) {
	longest := (2*p.pairs.Limit().Tokens() + rowStep - 1) / rowStep * rowStep
	return batch.PackOrAlone(pairs, longest, p.shapes...)
}
