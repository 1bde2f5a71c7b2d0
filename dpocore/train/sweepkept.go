package train

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/reference"
)

// Shared is what the runs of a sweep leave to each other, so that each graph compiles once and the model without an
// adapter reads each pair once. A run computes the same bits with and without it.
type Shared struct {
	policy *policy.Policy          // of the run before, with its compiled graphs
	known  map[reference.Key][][2]float32 // reference log-probabilities, also where the disk takes none
	bases  map[reference.Key]*policy.Base // of held-out rows
	bytes  int64                   // that they take
	last   lastHeldOut
}

// lastHeldOut are the held-out pairs after the last step of the run in a folder.
type lastHeldOut struct {
	dir   string
	pairs []evaluation.Pair
}

// basesMost is how much memory bases of held-out rows may take: those of some thousand pairs.
const basesMost = 512 << 20

func NewShared() *Shared {
	return &Shared{known: map[reference.Key][][2]float32{}, bases: map[reference.Key]*policy.Base{}}
}

// fitted puts an adapter on the model: on the policy that the run before has left, where its graphs fit, or on a new one.
func (k *Shared) Fit(m *model.Model, layout decoder.Layout, values []float32) (*policy.Policy, error) {
	if k != nil && k.policy != nil {
		p := k.policy
		k.policy = nil
		if reflect.DeepEqual(p.Layout, layout) {
			return p, p.Restore(values, nil, nil, 0)
		}
		m.Work.Finish(p.Finalize)
	}
	return policy.New(m.Backend(), m.Weights(), layout, values)
}

// leave lets go of a policy: for the next run of a sweep, or for good.
func (k *Shared) Leave(m *model.Model, p *policy.Policy) {
	if k != nil && k.policy == nil && m.Work.Idle() {
		k.policy = p
		return
	}
	m.Work.Finish(p.Finalize)
}

// lend makes references of what earlier runs have measured, and these of later ones.
func (k *Shared) Lend(r *reference.Cache) {
	if k == nil {
		return
	}
	maps.Copy(r.Known, k.known)
	k.known = r.Known
}

// base is what the model makes of a row without the adapter; free is to be called when it was used.
func (k *Shared) base(p *policy.Policy, key reference.Key, row *batch.Row) (base *policy.Base, free func(), err error) {
	if base, ok := k.bases[key]; ok {
		return base, func() {}, nil
	}
	if base, err = p.Base(row); err != nil {
		return nil, nil, err
	}
	if k.bytes+base.Bytes() > basesMost {
		return base, base.Finalize, nil
	}
	k.bases[key] = base
	k.bytes += base.Bytes()
	return base, func() {}, nil
}

// close frees what is on the device.
func (k *Shared) Close() {
	if k.policy != nil {
		k.policy.Finalize()
	}
	for _, base := range k.bases {
		base.Finalize()
	}
}

// diverging evaluates rows of held-out pairs as Policy.Evaluate does, and puts into divergence how far each of the pairs
// has moved.
func (k *Shared) Diverging(p *policy.Policy, r *reference.Cache, loss policy.Loss, divergence []float64) func(*batch.Row, [][2]float32) (policy.Measured, error) {
	return func(row *batch.Row, reference [][2]float32) (policy.Measured, error) {
		base, free, err := k.base(p, r.KeyOf(row), row)
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

// prime reads held-out rows whose reference is not known, once for that and for their bases.
func (k *Shared) Prime(ctx context.Context, work *device.Worker, p *policy.Policy, r *reference.Cache, rows []*batch.Row) error {
	for _, row := range rows {
		if _, err := device.Await(ctx, work, func() (bool, error) { return true, k.read(p, r, row) }); err != nil {
			return err
		}
	}
	return nil
}

func (k *Shared) read(p *policy.Policy, r *reference.Cache, row *batch.Row) error {
	key := r.KeyOf(row)
	r.Mutex.Lock()
	defer r.Mutex.Unlock()
	if _, ok := r.Known[key]; ok {
		return nil
	}
	base, free, err := k.base(p, key, row)
	if err != nil {
		return err
	}
	defer free()
	measured, err := p.ReferenceFrom(base, row)
	if err == nil {
		r.Known[key] = measured.LogProbs
		r.Keep(key, measured.LogProbs)
	}
	return err
}

// remember keeps the held-out pairs of a run's last step, each with its divergence.
func (k *Shared) remember(dir string, pairs []evaluation.Pair, divergence []float64) {
	pairs = slices.Clone(pairs)
	for i := range pairs {
		pairs[i].KL = divergence[i]
	}
	k.last = lastHeldOut{dir, pairs}
}
