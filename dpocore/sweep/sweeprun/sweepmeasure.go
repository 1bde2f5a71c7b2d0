package sweeprun

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/reference"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/train"
)

// measuredFile is the file of a run folder with the held-out pairs as the run's adapter has them, for comparing runs.
const measuredFile = "measured.json"

// measuredRun is what it holds. It counts for the adapter and the pairs whose hashes it has.
type measuredRun struct {
	Adapter string            `json:"adapter_sha256"`
	HeldOut string            `json:"held_out_tokens_sha256"`
	Pairs   []evaluation.Pair `json:"pairs"`
}

// measured are the held-out pairs of a finished run: as its training in this process has left them, as an earlier sweep
// has, or measured now.
func (s *sweeping) measured(ctx context.Context, run sweep.Point) ([]evaluation.Pair, error) {
	dir := filepath.Join(s.dir, run.Name)
	hash, err := adapter.Hash(dir)
	if err != nil {
		return nil, err
	}
	own := measuredRun{Adapter: hash, HeldOut: s.held.Hash()}
	path := filepath.Join(dir, measuredFile)
	if raw, err := os.ReadFile(path); err == nil {
		var before measuredRun
		if json.Unmarshal(raw, &before) == nil && before.Adapter == own.Adapter && before.HeldOut == own.HeldOut {
			return before.Pairs, nil
		}
	}
	if last := s.shared.last; last.dir == dir && run.Config.EarlyStopping == 0 {
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
func (s *sweeping) measure(ctx context.Context, run sweep.Point) ([]evaluation.Pair, error) {
	m := s.model
	dir := filepath.Join(s.dir, run.Name)
	rows, err := measure.Pack(s.held.List)
	if err != nil {
		return nil, err
	}
	p, err := s.adapted(dir, run.Config)
	if err != nil {
		return nil, err
	}
	defer s.shared.Leave(m, p)
	references := reference.Open(p, m.ReferenceKey())
	defer references.Close()
	s.shared.Lend(references)
	if err := s.shared.Prime(ctx, &m.Work, p, references, rows); err != nil {
		return nil, err
	}
	pairs, divergence := measure.PairsOf(s.held), make([]float64, len(s.held.List))
	own := s.shared.Diverging(p, references, train.LossOf(run.Config, s.held.List), divergence)
	told := func(done, total int) { s.listener.Measuring(run, done, total) }
	if err := measure.Rows(ctx, &m.Work, references, rows, told, own, func(one measure.RowPair) { one.Fill(&pairs[one.Example]) }); err != nil {
		return nil, err
	}
	for i := range pairs {
		pairs[i].KL = divergence[i]
	}
	return pairs, nil
}

// adapted is the model with a run's adapter.
func (s *sweeping) adapted(dir string, c config.Config) (*policy.Policy, error) {
	if err := s.model.Load(c.Precision); err != nil {
		return nil, err
	}
	layout, values, err := adapter.Load(dir, s.model.Weights().Config)
	if err != nil {
		return nil, err
	}
	return s.shared.Fit(s.model, layout, values)
}
