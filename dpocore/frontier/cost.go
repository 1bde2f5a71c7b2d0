package frontier

import (
	"fmt"
	"path/filepath"
	"slices"

	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/dpocore/train/cost"
	"example.com/gonb-dpo/internal/wording"
)

// costNote says what the methods will take that are not measured, from the forecast of the run that begins and the time that the model
// needed for its answers. Measuring a pair takes half of what a step takes for it, since there is no backward pass.
func (r *runner) costNote(b train.Begin) string {
	trained, methods := 0, 0
	for _, m := range r.config.Methods {
		record, _, err := run.ReadRecord(filepath.Join(r.dir, m.folder()))
		if err == nil && record.Finished && r.knows(m) {
			continue
		}
		if methods++; err == nil && record.Finished {
			continue
		}
		c := m.config(r.config.Train).Resolve(b.Pairs)
		trained += c.MaxSteps * c.StepPairs()
	}
	measured := methods * (len(r.prompts)*r.config.Samples/2 + len(r.data.HeldOut.Pairs))
	perPair := b.Cost.Seconds / float64(max(1, (b.Config.MaxSteps-b.Step)*b.Config.StepPairs()))
	seconds := b.Cost.CompilingSeconds + perPair*(float64(trained)+float64(measured)/2) + r.answering.Seconds()*float64(methods*len(r.prompts))
	return fmt.Sprintf("The frontier has %s to train and to ask %s each, %s, judging by the first.",
		wording.Count(methods, "method"), wording.Count(len(r.prompts), "prompt"), cost.About(seconds, b.Cost.Memory))
}

// knows reports whether an earlier call has measured a method.
func (r *runner) knows(m Method) bool {
	return slices.ContainsFunc(r.record.known, func(p Point) bool { return p.Method == m })
}
