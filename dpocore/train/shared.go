package train

import (
	"context"
	"reflect"
	"slices"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/encode"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/reference"
)

// Shared is a cache that the runs of one process share, as in a sweep, so that each graph compiles once and the model
// without an adapter reads each pair once. A run computes the same bits with and without it. A nil *Shared shares nothing.
type Shared struct {
	policy   *policy.Policy // of the previous run, with its compiled graphs
	memoryOf reference.Memory
	bases    map[reference.Key]*policy.Base // of held-out rows
	bytes    int64                          // that the bases take
	last     lastHeldOut
}

// lastHeldOut are the held-out pairs after the last step of the run in a folder.
type lastHeldOut struct {
	dir   string
	pairs []evaluation.Pair
}

// maxBaseBytes is how much memory the bases may take: enough for some thousand pairs.
const maxBaseBytes = 512 << 20

// NewShared makes an empty cache; Close frees what runs leave in it.
func NewShared() *Shared {
	return &Shared{memoryOf: reference.Memory{}, bases: map[reference.Key]*policy.Base{}}
}

// Close frees what is on the device.
func (s *Shared) Close() {
	if s.policy != nil {
		s.policy.Finalize()
	}
	for _, base := range s.bases {
		base.Finalize()
	}
}

// memory holds the reference log-probabilities of all runs; nil for a run by itself.
func (s *Shared) memory() reference.Memory {
	if s == nil {
		return nil
	}
	return s.memoryOf
}

// policyWith puts an adapter on the model: on the previous run's policy if its graphs fit, or on a new one.
func (s *Shared) policyWith(m *model.Model, layout decoder.Layout, values []float32) (*policy.Policy, error) {
	if s != nil && s.policy != nil {
		p := s.policy
		s.policy = nil
		if reflect.DeepEqual(p.Layout, layout) {
			return p, p.Restore(values, nil, nil, 0)
		}
		m.Work.WhenIdle(p.Finalize)
	}
	return policy.New(m.Backend(), m.Weights(), layout, values)
}

// release keeps a policy for the next run, or frees it.
func (s *Shared) release(m *model.Model, p *policy.Policy) {
	if s != nil && s.policy == nil && m.Work.Idle() {
		s.policy = p
		return
	}
	m.Work.WhenIdle(p.Finalize)
}

// base is what the model without the adapter makes of a row; free is called after use.
func (s *Shared) base(p *policy.Policy, key reference.Key, row *batch.Row) (base *policy.Base, free func(), err error) {
	if base, ok := s.bases[key]; ok {
		return base, func() {}, nil
	}
	if base, err = p.Base(row); err != nil {
		return nil, nil, err
	}
	if s.bytes+base.Bytes() > maxBaseBytes {
		return base, base.Finalize, nil
	}
	s.bases[key] = base
	s.bytes += base.Bytes()
	return base, func() {}, nil
}

// prime computes the reference of held-out rows that is not cached yet, together with their bases.
func (s *Shared) prime(ctx context.Context, work *device.Worker, p *policy.Policy, references *reference.Cache, rows []*batch.Row) error {
	fromBase := func(row *batch.Row) (policy.Measured, error) {
		base, free, err := s.base(p, references.Key(row), row)
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

// evaluating evaluates rows of held-out pairs as [policy.Policy.Evaluate] does, and writes each pair's KL divergence from
// the reference, in nats, to divergence.
func (s *Shared) evaluating(p *policy.Policy, references *reference.Cache, loss policy.Loss, divergence []float64) measure.PolicyFunc {
	return func(row *batch.Row, reference [][2]float32) (policy.Measured, error) {
		base, free, err := s.base(p, references.Key(row), row)
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

// remember keeps the held-out pairs after a run's last step, each with its divergence.
func (s *Shared) remember(dir string, pairs []evaluation.Pair, divergence []float64) {
	pairs = slices.Clone(pairs)
	for i := range pairs {
		pairs[i].KL = divergence[i]
	}
	s.last = lastHeldOut{dir, pairs}
}

// LastHeldOut returns the held-out pairs after the last step of the run in a folder, if it was the last run trained.
func (s *Shared) LastHeldOut(dir string) (pairs []evaluation.Pair, ok bool) {
	return s.last.pairs, s.last.dir == dir
}

// MeasureHeldOut measures held-out pairs under the adapter of the run in a folder as the end of its training does, to the
// same bits. progress is told the rows done.
func (s *Shared) MeasureHeldOut(ctx context.Context, m *model.Model, dir string, c config.Config, heldOut encode.Examples, progress func(done, total int)) ([]evaluation.Pair, error) {
	if err := m.Load(c.Precision); err != nil {
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
	p, err := s.policyWith(m, layout, values)
	if err != nil {
		return nil, err
	}
	defer s.release(m, p)
	references := reference.Open(p, m.ReferenceKey(), s.memory())
	defer references.Close()
	if err := s.prime(ctx, &m.Work, p, references, rows); err != nil {
		return nil, err
	}
	pairs, divergence := measure.PairsOf(heldOut), make([]float64, len(heldOut.List))
	evaluate := s.evaluating(p, references, lossOf(c, heldOut.List), divergence)
	err = measure.Rows(ctx, &m.Work, references, rows, progress, evaluate, func(one measure.RowPair) { one.Fill(&pairs[one.Example]) })
	for i := range pairs {
		pairs[i].KL = divergence[i]
	}
	return pairs, err
}
