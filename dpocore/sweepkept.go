package dpocore

import (
	"maps"
	"reflect"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/dpocore/policy"
)

// kept is what the runs of a sweep leave to each other, so that each graph compiles once and the model without an
// adapter reads each pair once. A run computes the same bits with and without it.
type kept struct {
	policy *policy.Policy          // of the run before, with its compiled graphs
	known  map[rowKey][][2]float32 // reference log-probabilities, also where the disk takes none
	bases  map[rowKey]*policy.Base // of held-out rows
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

func newKept() *kept {
	return &kept{known: map[rowKey][][2]float32{}, bases: map[rowKey]*policy.Base{}}
}

// fitted puts an adapter on the model: on the policy that the run before has left, where its graphs fit, or on a new one.
func (m *Model) fitted(layout llama.Layout, values []float32) (*policy.Policy, error) {
	if m.kept != nil && m.kept.policy != nil {
		p := m.kept.policy
		m.kept.policy = nil
		if reflect.DeepEqual(p.Layout, layout) {
			return p, p.Restore(values, nil, nil, 0)
		}
		m.work.finish(p.Finalize)
	}
	return policy.New(m.backend, m.weights, layout, values)
}

// leave lets go of a policy: for the next run of a sweep, or for good.
func (m *Model) leave(p *policy.Policy) {
	if m.kept != nil && m.kept.policy == nil && m.work.idle() {
		m.kept.policy = p
		return
	}
	m.work.finish(p.Finalize)
}

// idle says that nothing computes.
func (w *worker) idle() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.running == 0
}

// lend makes references of what earlier runs have measured, and these of later ones.
func (k *kept) lend(r *references) {
	maps.Copy(r.known, k.known)
	k.known = r.known
}

// base is what the model makes of a row without the adapter; free is to be called when it was used.
func (k *kept) base(p *policy.Policy, key rowKey, row *batch.Row) (base *policy.Base, free func(), err error) {
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
func (k *kept) close() {
	if k.policy != nil {
		k.policy.Finalize()
	}
	for _, base := range k.bases {
		base.Finalize()
	}
}
