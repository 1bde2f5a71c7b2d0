package train

import (
	"errors"
	"fmt"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/reference"
	"example.com/gonb-dpo/dpocore/reference/othermodel"
	"example.com/gonb-dpo/dpocore/run"
)

// identifyReference records what the reference is, and opens it if it is another model.
func (p *plan) identifyReference(lineage *dataset.Lineage, facts *run.ModelFacts) (err error) {
	if name := p.config.ReferenceModel(); name != "" {
		if p.other, err = othermodel.Open(name, p.model); err == nil {
			facts.ReferenceModel = p.other.Hash
		}
		return err
	}
	if p.config.Reference != config.ReferenceBase && !lineage.FirstIsReference() {
		facts.Reference = facts.Adapter
	}
	return nil
}

// openReferences opens the cache of the reference's log-probabilities, and says what the reference is unless it is the model alone.
func (t *trainer) openReferences() (err error) {
	if t.reward.NeedsReference() && (t.config.Reference != "" || t.record.Model.Reference != "") {
		t.listener.Note(fmt.Sprintf("The reference is %s.", t.record.ReferenceText()))
	}
	switch {
	case t.config.Full && t.shared != nil:
		return errors.New("the runs of a sweep are adapters of one model; train all weights run by run")
	case t.other != nil && t.shared != nil:
		return fmt.Errorf("the runs of a sweep are compared by their divergence from the model that they train; train with the reference %s run by run", t.config.Reference)
	case t.other != nil:
		t.references, err = t.other.Load(t.model.Precision())
	case t.reward.NeedsReference() || t.shared != nil:
		t.references = reference.Open(t.policy, t.model.ReferenceKey(t.record.Model.Reference), t.shared.Memory())
	}
	return err
}

// reference measures a row's answers under the reference, on the device of a policy or, if it is another model, on its own.
func (t *trainer) reference(p *policy.Policy, row *batch.Row) ([][2]float32, error) {
	if t.other != nil {
		return t.references.LogProbs(row, t.other.Measure)
	}
	return t.references.LogProbs(row, p.Reference)
}
