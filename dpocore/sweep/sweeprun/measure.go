package sweeprun

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/sweep"
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

// measured are the held-out pairs of a finished run: as its training in this process has left them, as an earlier sweep
// has, or measured now.
func (s *sweeping) measured(ctx context.Context, run sweep.Point) ([]evaluation.Pair, error) {
	dir := filepath.Join(s.dir, run.Name)
	adapter, err := export.HashAdapter(dir)
	if err != nil {
		return nil, err
	}
	own := measuredRun{Adapter: adapter, HeldOut: s.held.Hash()}
	path := filepath.Join(dir, measuredFile)
	if raw, err := os.ReadFile(path); err == nil {
		var before measuredRun
		if json.Unmarshal(raw, &before) == nil && before.Adapter == own.Adapter && before.HeldOut == own.HeldOut {
			return before.Pairs, nil
		}
	}
	if last, ok := s.shared.LastHeldOut(dir); ok && run.Config.EarlyStopping == 0 {
		own.Pairs = last
	} else if own.Pairs, err = s.shared.MeasureHeldOut(ctx, s.model, dir, run.Config, s.held, func(done, total int) {
		s.listener.Measuring(run, done, total)
	}); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(own)
	if err != nil {
		return nil, fmt.Errorf("write down the held-out pairs of %s: %w", dir, err)
	}
	return own.Pairs, atomicfile.WriteBytes(path, append(raw, '\n'))
}
