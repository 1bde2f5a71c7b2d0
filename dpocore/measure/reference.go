package measure

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/reference"
	"example.com/gonb-dpo/dpocore/reference/othermodel"
	"example.com/gonb-dpo/dpocore/run"
)

// referenceOf opens the reference of a run, which must be unchanged; that of the zero record is the model alone. free frees it once
// nothing computes with it any more.
func referenceOf(m *model.Model, p *policy.Policy, of run.Record) (references *reference.Cache, free func(), err error) {
	facts := of.Model
	if facts.ReferenceModel != "" {
		return otherModel(m, of.Find(of.Config.ReferenceModel()), facts.ReferenceModel)
	}
	if facts.Reference != "" {
		if err := setReference(m, p, of.Find(of.Config.InitAdapter), facts.Reference); err != nil {
			return nil, nil, err
		}
	}
	references = reference.Open(p, m.ReferenceKey(facts.Reference), nil)
	return references, references.Close, nil
}

// setReference makes an adapter with a known hash part of a policy's reference.
func setReference(m *model.Model, p *policy.Policy, dir, hash string) error {
	now, err := adapter.Hash(dir)
	if err == nil && now != hash {
		err = fmt.Errorf("the adapter %s has changed since", dir)
	}
	if err != nil {
		return fmt.Errorf("the run's reference is the model with the adapter that it started from, %s, which must be there as it was: %w", dir, err)
	}
	_, values, err := m.ReadAdapter(dir)
	if err != nil {
		return fmt.Errorf("the run's reference: %w", err)
	}
	return p.SetReference(values)
}

// otherModel opens a model with a known hash as the reference.
func otherModel(m *model.Model, name, hash string) (references *reference.Cache, free func(), err error) {
	other, err := othermodel.Open(name, m)
	if err != nil {
		return nil, nil, fmt.Errorf("the run was trained against another model, which must be there as it was: %w", err)
	}
	closeIt := func() { m.Work.WhenIdle(other.Close) }
	if other.Hash != hash {
		closeIt()
		return nil, nil, fmt.Errorf("the run's reference is the model %s, whose weights have changed since; restore them", name)
	}
	if references, err = other.Load(m.Precision()); err != nil {
		closeIt()
		return nil, nil, err
	}
	return references, func() { references.Close(); closeIt() }, nil
}
