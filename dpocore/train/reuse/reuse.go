// Package reuse holds what the runs of one process reuse, as in a sweep: reference log-probabilities and the base model's
// results for held-out rows. The compiled graphs are in package graphcache.
package reuse

import (
	"context"
	"slices"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/encode"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/reference"
	"example.com/gonb-dpo/dpocore/run"
)

// Cache is shared by the runs of one process, so that the model without an adapter reads each pair once. A run computes
// the same bits with and without it. A nil *Cache keeps nothing.
type Cache struct {
	references reference.Memory
	bases      map[reference.Key]*policy.Base // of held-out rows
	bytes      int64                          // that the bases take
	last       lastHeldOut
}

// lastHeldOut are the held-out pairs after the last step of the run in a folder.
type lastHeldOut struct {
	dir   string
	pairs []evaluation.Pair
}

// maxBaseBytes is how much memory the bases may take: enough for some thousand pairs.
const maxBaseBytes = 512 << 20

// New makes an empty cache; Close frees what runs leave in it.
func New() *Cache {
	return &Cache{references: reference.Memory{}, bases: map[reference.Key]*policy.Base{}}
}

// Close frees what is on the device.
func (c *Cache) Close() {
	for _, base := range c.bases {
		base.Finalize()
	}
}

// Memory holds the reference log-probabilities of all runs; nil for a nil cache.
func (c *Cache) Memory() reference.Memory {
	if c == nil {
		return nil
	}
	return c.references
}

// base returns the base model's results for a row, from the cache if it has them; call free after use.
func (c *Cache) base(p *policy.Policy, key reference.Key, row *batch.Row) (base *policy.Base, free func(), err error) {
	if base, ok := c.bases[key]; ok {
		return base, func() {}, nil
	}
	if base, err = p.Base(row); err != nil {
		return nil, nil, err
	}
	if c.bytes+base.Bytes() > maxBaseBytes {
		return base, base.Finalize, nil
	}
	c.bases[key] = base
	c.bytes += base.Bytes()
	return base, func() {}, nil
}

// Prime computes the reference of held-out rows that is not cached yet, together with their bases.
func (c *Cache) Prime(ctx context.Context, work *device.Worker, p *policy.Policy, references *reference.Cache, rows []*batch.Row) error {
	fromBase := func(row *batch.Row) (policy.Measured, error) {
		base, free, err := c.base(p, references.Key(row), row)
		if err != nil {
			return policy.Measured{}, err
		}
		defer free()
		return p.ReferenceFrom(base, row)
	}
	for _, row := range rows {
		_, err := device.Await(ctx, work, func() ([][2]float32, error) { return references.LogProbs(row, fromBase) })
		if err != nil {
			return err
		}
	}
	return nil
}

// Evaluate evaluates rows of held-out pairs as [policy.Policy.Evaluate] does, and writes each pair's KL divergence from
// the reference, in nats, to divergence.
func (c *Cache) Evaluate(p *policy.Policy, references *reference.Cache, loss policy.Loss, divergence []float64) measure.PolicyFunc {
	return func(row *batch.Row, reference [][2]float32) (policy.Measured, error) {
		base, free, err := c.base(p, references.Key(row), row)
		if err != nil {
			return policy.Measured{}, err
		}
		defer free()
		measured, moved, err := p.EvaluateFrom(base, row, reference, loss)
		for i, both := range moved {
			divergence[row.Examples[i]] = float64(both[0]) + float64(both[1])
		}
		return measured, err
	}
}

// Remember keeps the held-out pairs after a run's last step, each with its divergence.
func (c *Cache) Remember(dir string, pairs []evaluation.Pair, divergence []float64) {
	pairs = slices.Clone(pairs)
	for i := range pairs {
		pairs[i].KL = divergence[i]
	}
	c.last = lastHeldOut{dir, pairs}
}

// LastHeldOut returns the held-out pairs after the last step of the run in a folder, if it was the last run trained.
func (c *Cache) LastHeldOut(dir string) (pairs []evaluation.Pair, ok bool) {
	return c.last.pairs, c.last.dir == dir
}

// setReference makes a run's first adapter, if any, that of its reference, and returns its hash.
func setReference(m *model.Model, p *policy.Policy, settings config.Config) (hash string, err error) {
	dir := settings.InitAdapter
	if dir == "" || settings.Reference == config.ReferenceBase {
		return "", p.SetReference(nil)
	}
	_, values, err := m.ReadAdapter(dir)
	if err != nil {
		return "", err
	}
	if err := p.SetReference(values); err != nil {
		return "", err
	}
	return adapter.Hash(dir)
}

// MeasureHeldOut measures held-out pairs under the adapter of the run in a folder as the end of its training does, to the
// same bits. progress receives the number of rows done.
func (c *Cache) MeasureHeldOut(ctx context.Context, m *model.Model, dir string, settings config.Config, heldOut encode.Examples, progress func(done, total int)) ([]evaluation.Pair, error) {
	if err := m.Load(settings.Precision, settings.Base()); err != nil {
		return nil, err
	}
	layout, values, err := m.ReadAdapter(dir)
	if err != nil {
		return nil, err
	}
	rows, err := measure.Pack(heldOut.List)
	if err != nil {
		return nil, err
	}
	p, err := policy.New(m.Backend(), m.Weights(), layout, values)
	if err != nil {
		return nil, err
	}
	defer m.Work.WhenIdle(p.Finalize)
	hash, err := setReference(m, p, settings)
	if err != nil {
		return nil, err
	}
	references := reference.Open(p, m.ReferenceKey(hash), c.Memory())
	defer references.Close()
	if err := c.Prime(ctx, &m.Work, p, references, rows); err != nil {
		return nil, err
	}
	trained, err := run.TrainedPrompts(dir)
	if err != nil {
		return nil, err
	}
	pairs, divergence := measure.PairsOf(heldOut, trained), make([]float64, len(heldOut.List))
	evaluate := c.Evaluate(p, references, measure.LossOf(settings, heldOut.List), divergence)
	err = measure.Rows(ctx, &m.Work, references, rows, progress, evaluate, func(one measure.RowPair) { one.Fill(&pairs[one.Example], loss.LogRatio) })
	for i := range pairs {
		pairs[i].KL = divergence[i]
	}
	return pairs, err
}
