package dpocore

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/internal/atomicfile"
)

// measuredFile is the file of a run folder with the held-out pairs as the run's adapter has them, for comparing runs.
const measuredFile = "measured.json"

// measuredRun is what it holds. It counts for the adapter and the pairs whose hashes it has.
type measuredRun struct {
	Adapter string            `json:"adapter_sha256"`
	HeldOut string            `json:"held_out_tokens_sha256"`
	Pairs   []evaluation.Pair `json:"pairs"`
}

// diverging evaluates rows of held-out pairs as Policy.Evaluate does, and puts into divergence how far each of the pairs
// has moved.
func (k *kept) diverging(p *policy.Policy, r *references, loss policy.Loss, divergence []float64) func(*batch.Row, [][2]float32) (policy.Measured, error) {
	return func(row *batch.Row, reference [][2]float32) (policy.Measured, error) {
		base, free, err := k.base(p, r.key(row), row)
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
func (k *kept) prime(ctx context.Context, work *worker, p *policy.Policy, r *references, rows []*batch.Row) error {
	for _, row := range rows {
		if _, err := await(ctx, work, func() (bool, error) { return true, k.read(p, r, row) }); err != nil {
			return err
		}
	}
	return nil
}

func (k *kept) read(p *policy.Policy, r *references, row *batch.Row) error {
	key := r.key(row)
	r.taking.Lock()
	defer r.taking.Unlock()
	if _, ok := r.known[key]; ok {
		return nil
	}
	base, free, err := k.base(p, key, row)
	if err != nil {
		return err
	}
	defer free()
	measured, err := p.ReferenceFrom(base, row)
	if err == nil {
		r.known[key] = measured.LogProbs
		r.keep(key, measured.LogProbs)
	}
	return err
}

// remember keeps the held-out pairs of a run's last step, each with its divergence.
func (k *kept) remember(dir string, pairs []evaluation.Pair, divergence []float64) {
	pairs = slices.Clone(pairs)
	for i := range pairs {
		pairs[i].KL = divergence[i]
	}
	k.last = lastHeldOut{dir, pairs}
}

// measured are the held-out pairs of a finished run: as its training in this process has left them, as an earlier sweep
// has, or measured now.
func (s *sweeping) measured(ctx context.Context, run SweepRun) ([]evaluation.Pair, error) {
	dir := filepath.Join(s.dir, run.Name)
	adapter, err := export.HashAdapter(dir)
	if err != nil {
		return nil, err
	}
	own := measuredRun{Adapter: adapter, HeldOut: s.held.hash()}
	path := filepath.Join(dir, measuredFile)
	if raw, err := os.ReadFile(path); err == nil {
		var before measuredRun
		if json.Unmarshal(raw, &before) == nil && before.Adapter == own.Adapter && before.HeldOut == own.HeldOut {
			return before.Pairs, nil
		}
	}
	if last := s.model.kept.last; last.dir == dir && run.Config.EarlyStopping == 0 {
		own.Pairs = last.pairs
	} else if own.Pairs, err = s.measure(ctx, run); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(own)
	if err != nil {
		return nil, fmt.Errorf("write down the held-out pairs of %s: %w", dir, err)
	}
	return own.Pairs, atomicfile.WriteBytes(path, append(raw, '\n'))
}

// measure measures the held-out pairs of a run that another process has trained.
func (s *sweeping) measure(ctx context.Context, run SweepRun) ([]evaluation.Pair, error) {
	m := s.model
	dir := filepath.Join(s.dir, run.Name)
	rows, err := rowsOf(s.held.list)
	if err != nil {
		return nil, err
	}
	p, err := s.adapted(dir, run.Config)
	if err != nil {
		return nil, err
	}
	defer m.leave(p)
	references := openReferences(p, m.referenceKey())
	defer references.close()
	m.kept.lend(references)
	if err := m.kept.prime(ctx, &m.work, p, references, rows); err != nil {
		return nil, err
	}
	pairs, divergence := s.held.figures(), make([]float64, len(s.held.list))
	own := m.kept.diverging(p, references, run.Config.loss(s.held.list), divergence)
	told := func(done, total int) { s.listener.Measuring(run, done, total) }
	if err := measureRows(ctx, &m.work, references, rows, told, own, func(one measuredPair) { one.fill(&pairs[one.example]) }); err != nil {
		return nil, err
	}
	for i := range pairs {
		pairs[i].KL = divergence[i]
	}
	return pairs, nil
}

// adapted is the model with a run's adapter.
func (s *sweeping) adapted(dir string, c Config) (*policy.Policy, error) {
	if err := s.model.load(c.Precision); err != nil {
		return nil, err
	}
	lora, err := export.ReadAdapterConfig(dir)
	if err != nil {
		return nil, err
	}
	layout, err := llama.NewLayout(s.model.weights.Config, lora)
	if err != nil {
		return nil, err
	}
	values, err := export.ReadAdapter(dir, layout)
	if err != nil {
		return nil, err
	}
	return s.model.fitted(layout, values)
}
