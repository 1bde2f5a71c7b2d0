// Package othermodel is a reference that is another model than the one that is trained. See [Open].
package othermodel

import (
	"bytes"
	"fmt"
	"sync"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/reference"
)

// Model is the other model. It is on one device, so that its rows wait for each other.
type Model struct {
	Hash string // of its weights

	model  *model.Model
	policy *policy.Policy // without an adapter; nil before Load
	row    sync.Mutex
}

// Open opens the model of a name, which must have the same tokenizer as the one that is trained.
func Open(name string, trained *model.Model) (*Model, error) {
	m, err := model.Open(name)
	if err != nil {
		return nil, fmt.Errorf("the reference: %w", err)
	}
	if !bytes.Equal(m.Tokenizer.JSON(), trained.Tokenizer.JSON()) {
		m.Close()
		return nil, fmt.Errorf("the reference %s has another tokenizer than %s, so that its log-probabilities would be of other tokens; name a model with the same tokenizer.json", name, trained.Path)
	}
	hash, err := m.WeightsHash()
	if err != nil {
		m.Close()
		return nil, fmt.Errorf("the reference: %w", err)
	}
	return &Model{Hash: hash, model: m}, nil
}

// Load loads the weights in a precision, and opens the cache of their log-probabilities.
func (m *Model) Load(precision string) (*reference.Cache, error) {
	if err := m.model.Load(precision, config.Auto); err != nil {
		return nil, fmt.Errorf("the reference: %w", err)
	}
	var err error
	if m.policy, err = m.model.Policy(""); err != nil {
		return nil, fmt.Errorf("the reference: %w", err)
	}
	return reference.Open(m.policy, m.model.ReferenceKey(""), nil), nil
}

// Measure measures a row's answers.
func (m *Model) Measure(row *batch.Row) (policy.Measured, error) {
	m.row.Lock()
	defer m.row.Unlock()
	return m.policy.Reference(row)
}

// Close frees the model. Nothing may compute with it any more.
func (m *Model) Close() {
	if m.policy != nil {
		m.policy.Finalize()
	}
	m.model.Close()
}
