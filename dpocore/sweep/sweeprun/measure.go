package sweeprun

import (
	"cmp"
	"context"
	"crypto/sha256"
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
	Adapter string            `json:"adapter_sha256"` // "" for a run at a rung
	HeldOut string            `json:"held_out_tokens_sha256"`
	Sum     string            `json:"pairs_sha256"` // of Pairs as JSON
	Pairs   []evaluation.Pair `json:"pairs"`
}

// readMeasured reads the pairs that were measured for an adapter and held-out pairs; ok is false if the file has others, or was changed.
func readMeasured(path string, want measuredRun) (pairs []evaluation.Pair, ok bool) {
	var saved measuredRun
	raw, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(raw, &saved) != nil {
		return nil, false
	}
	sum, err := sumOf(saved.Pairs)
	return saved.Pairs, err == nil && saved.Sum == sum && saved.Adapter == want.Adapter && saved.HeldOut == want.HeldOut
}

func (m measuredRun) write(path string) (err error) {
	m.Sum, err = sumOf(m.Pairs)
	raw, marshalErr := json.Marshal(m)
	if err := cmp.Or(err, marshalErr); err != nil {
		return fmt.Errorf("write the measured pairs to %s: %w", path, err)
	}
	return atomicfile.WriteBytes(path, append(raw, '\n'))
}

func sumOf(pairs []evaluation.Pair) (string, error) {
	raw, err := json.Marshal(pairs)
	return fmt.Sprintf("%x", sha256.Sum256(raw)), err
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
	if saved, ok := readMeasured(path, measured); ok {
		return saved, nil
	}
	if last, ok := r.shared.LastHeldOut(dir); ok && point.Config.EarlyStopping == 0 && point.Config.MaxLength == r.maxLength {
		measured.Pairs = last
	} else if measured.Pairs, err = r.shared.MeasureHeldOut(ctx, r.model, dir, point.Config, r.heldOut, func(done, total int) {
		r.listener.Measuring(point, done, total)
	}); err != nil {
		return nil, err
	}
	return measured.Pairs, measured.write(path)
}
