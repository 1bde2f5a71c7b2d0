package sweeprun

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/internal/atomicfile"
)

// measuredFile is in a run folder. It has the held-out pairs measured with the run's adapter, for comparing runs.
const measuredFile = "measured.json"

// measuredRun is measured.json. It is valid for the adapter and the held-out pairs with these hashes.
type measuredRun struct {
	Adapter string            `json:"adapter_sha256"`
	HeldOut string            `json:"held_out_tokens_sha256"`
	Pairs   []evaluation.Pair `json:"pairs"`
}

// measure returns the held-out pairs of a finished run: from an earlier sweep, from the last evaluation of its training in
// this process, or measured now.
func (r *runner) measure(ctx context.Context, point sweep.Point) ([]evaluation.Pair, error) {
	dir := filepath.Join(r.dir, point.Name)
	adapter, err := adapter.Hash(dir)
	if err != nil {
		return nil, err
	}
	measured := measuredRun{Adapter: adapter, HeldOut: r.heldOut.Hash()}
	path := filepath.Join(dir, measuredFile)
	if raw, err := os.ReadFile(path); err == nil {
		var saved measuredRun
		if json.Unmarshal(raw, &saved) == nil && saved.Adapter == measured.Adapter && saved.HeldOut == measured.HeldOut {
			return saved.Pairs, nil
		}
	}
	if last, ok := r.shared.LastHeldOut(dir); ok && point.Config.EarlyStopping == 0 && point.Config.MaxLength == r.maxLength {
		measured.Pairs = last
	} else if measured.Pairs, err = r.shared.MeasureHeldOut(ctx, r.model, dir, point.Config, r.heldOut, func(done, total int) {
		r.listener.Measuring(point, done, total)
	}); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(measured)
	if err != nil {
		return nil, fmt.Errorf("write the measured pairs of %s: %w", dir, err)
	}
	return measured.Pairs, atomicfile.WriteBytes(path, append(raw, '\n'))
}
