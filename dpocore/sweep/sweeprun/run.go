// Package sweeprun trains the runs of a sweep and compares them. See [Run]; package sweep has the grid and its record.
package sweeprun

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/encode"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/dpocore/train/once"
	"example.com/gonb-dpo/dpocore/train/reuse"
	"example.com/gonb-dpo/internal/lock"
	"example.com/gonb-dpo/internal/sums"
)

// Listener receives the events of a sweep, in order and from one goroutine.
type Listener interface {
	Run(number, of int, run sweep.Point) train.Listener  // a run starts, counted from 1; returns the listener of its training
	Ended(run sweep.Point, state sweep.State, err error) // a run ended; err is why it failed
	Measuring(run sweep.Point, done, total int)          // rows of held-out pairs of a finished run, or of one at a rung
	Waiting(reason string)                               // for another process
}

// runner is a call of [Run].
type runner struct {
	model    *model.Model
	shared   *reuse.Cache
	dir      string
	data     dataset.Data
	listener Listener

	grid      sweep.Grid
	earlier   sweep.Record // of a call before, which stays if nothing can be compared
	reordered bool         // by orders that trainAll has not followed yet

	heldOut   encode.Examples
	maxLength int // of the held-out pairs, in tokens

	points []sweep.Point
	ends
	share float64 // of the steps of all runs that are made
	notes *once.Notes
}

// ends are how runs have ended.
type ends struct {
	states   map[string]sweep.State // by name
	faults   map[string]error       // by name, of failed runs
	stops    map[string]sweep.Stop  // by setting, of those stopped by halving
	finished []sweep.Run
}

// Run trains the runs of a grid, each an ordinary run in its own folder below dir, and compares them on the held-out pairs.
//
// Finished runs are reused and stopped ones resume. A failing run is reported to the listener and recorded, and the other
// runs continue; one that another process is training is left to it. With compareOnly nothing is trained, only the
// finished runs are compared. When the context ends, Run returns a *[train.Stopped], and the same call resumes.
func Run(ctx context.Context, m *model.Model, dir string, grid sweep.Grid, data dataset.Data, compareOnly bool, listener Listener) (sweep.Record, error) {
	if _, err := os.Stat(dir); err != nil && compareOnly {
		return sweep.Record{}, fmt.Errorf("sweep: there are no runs to compare: %w", err)
	}
	var err error
	if grid.Orders, err = sweep.ReadOrders(dir); err != nil {
		return sweep.Record{}, fmt.Errorf("sweep: %w", err)
	}
	if err := FixPrompts(m, dir, &grid); err != nil {
		return sweep.Record{}, fmt.Errorf("sweep: %w", err)
	}
	r := &runner{model: m, dir: dir, data: data, grid: grid, listener: listener, points: grid.Points(),
		ends: ends{states: map[string]sweep.State{}, faults: map[string]error{}, stops: map[string]sweep.Stop{}}}
	r.notes = once.New(r.costNote)
	if err := r.open(grid, compareOnly); err != nil {
		return sweep.Record{}, fmt.Errorf("sweep: %w", err)
	}
	r.shared = reuse.New()
	defer m.Work.WhenIdle(r.shared.Close)
	r.share = 1
	if grid.Halving {
		r.share = grid.Halved(len(r.data.Train.Pairs))
		if err := r.halve(ctx, grid, compareOnly); err != nil {
			return sweep.Record{}, err
		}
	}
	if err := r.trainAll(ctx, compareOnly); err != nil {
		return sweep.Record{}, err
	}
	record := sweep.Record{Grid: r.grid}
	if err = r.compare(&record); err != nil {
		return record, fmt.Errorf("sweep: %w", err)
	}
	if len(record.Settings) == 0 && len(r.earlier.Settings) > 0 { // as with other pairs or settings than those of the runs in the folder
		return record, r.earlier.Write(dir)
	}
	return record, record.Write(dir)
}

// FixPrompts gives all runs of a grid the same prompts, with the same date: the one given, that of the sweep or of a run in the
// folder already, or the present if the model's chat template writes it. Otherwise there is none.
func FixPrompts(m *model.Model, dir string, grid *sweep.Grid) error {
	existing, _, err := sweep.Read(dir)
	if err != nil {
		return err
	}
	date := cmp.Or(grid.Config.Date, existing.Config.Date)
	for _, point := range grid.Points() {
		if date != "" {
			break
		}
		record, _, _ := run.ReadRecord(filepath.Join(dir, point.Name)) // training reports the error
		date = record.Config.Date
	}
	grid.Config.Date = date
	if err := m.SetPrompts(grid.Config.Prompts()); err != nil {
		return err
	}
	grid.Config.SetPrompts(m.Prompts)
	grid.Config.Date = cmp.Or(m.Prompts.Date, date)
	return nil
}

// open checks the grid, tokenizes the held-out pairs and writes the grid to the folder.
func (r *runner) open(grid sweep.Grid, compareOnly bool) (err error) {
	if err := grid.Validate(); err != nil {
		return err
	}
	if !compareOnly {
		if err := grid.CheckDistinct(len(r.data.Train.Pairs)); err != nil {
			return err
		}
	}
	if r.data.HeldOut == nil || len(r.data.HeldOut.Pairs) == 0 {
		return errors.New("a sweep needs held-out pairs to compare its runs, and there are none; name a file of them, or hold out a share of the training pairs")
	}
	if err := r.data.HeldOut.CheckPairs("a sweep"); err != nil {
		return err
	}
	if dir := grid.Config.InitAdapter; dir != "" {
		if err := r.model.CheckAdapter(dir); err != nil {
			return err
		}
	}
	for _, point := range r.points { // one length for all, so that all are measured on the same tokens
		r.maxLength = max(r.maxLength, point.Config.MaxLength)
	}
	if r.heldOut, err = r.model.Encoder(r.maxLength).EncodeSet(r.data.HeldOut.Spread(train.MaxHeldOut)); err != nil {
		return err
	}
	if r.earlier, _, err = sweep.Read(r.dir); err != nil {
		return err
	}
	return grid.Begin(r.dir)
}

// trainAll trains each run, and then tries again those that another process was training. Orders that come meanwhile can add runs, and
// open those again that have ended.
func (r *runner) trainAll(ctx context.Context, compareOnly bool) error {
	for pass := 0; pass < 2; pass++ {
		for i := 0; i < len(r.points); i++ {
			point := r.points[i]
			if state := r.states[point.Name]; state != "" && (pass == 0 || state != sweep.Elsewhere) {
				continue
			}
			if err := r.train(ctx, i, point, compareOnly); err != nil {
				return err
			}
			if err := r.obey(); err != nil {
				return err
			}
			if r.reordered && !compareOnly {
				i, pass, r.reordered = -1, 0, false
			}
		}
	}
	return nil
}

// train trains a run and records its state. It returns an error only if the sweep is stopped.
func (r *runner) train(ctx context.Context, i int, point sweep.Point, compareOnly bool) error {
	dir := filepath.Join(r.dir, point.Name)
	if halted := r.grid.Halted(point.Name); halted || compareOnly {
		switch state, err := r.ended(dir, point); {
		case state == sweep.Finished: // also if it was, when the order to stop came
		case halted:
			r.end(point, sweep.Halted, nil)
			return nil
		default:
			r.end(point, state, err)
			return nil
		}
	}
	ordered, err := r.trainOrdered(ctx, i, point, train.Job{Model: r.model, Dir: dir, Config: point.Config, Data: r.data, Shared: r.shared})
	var stopped *train.Stopped
	switch {
	case ordered:
		return nil // trainAll takes it up as it is ordered now
	case err == nil:
		return r.finish(ctx, point)
	case errors.As(err, &stopped) || ctx.Err() != nil:
		return err
	case errors.Is(err, lock.ErrInUse):
		r.end(point, sweep.Elsewhere, nil)
	default:
		r.end(point, sweep.Failed, err)
	}
	return nil
}

// ended returns the state of a run that is not to be trained: Finished only if training would find nothing to do.
func (r *runner) ended(dir string, point sweep.Point) (sweep.State, error) {
	record, _, err := run.ReadRecord(dir)
	c := point.Config.Resolve(len(r.data.Train.Pairs))
	switch {
	case err != nil:
		return sweep.Failed, err
	case !record.Finished || record.Config.MaxSteps < c.MaxSteps && c.ConstantRate() && c.EarlyStopping == 0:
		return sweep.Pending, nil
	}
	if err := sums.Check(dir); errors.Is(err, sums.ErrDamaged) {
		return sweep.Failed, fmt.Errorf("%w; run the sweep without --gather, which writes the file again", err)
	} else if err != nil {
		return sweep.Failed, err
	}
	return sweep.Finished, nil
}

// finish measures the held-out pairs of a finished run.
func (r *runner) finish(ctx context.Context, point sweep.Point) error {
	pairs, err := r.measure(ctx, point)
	if err != nil && ctx.Err() != nil {
		return err
	}
	finished, summaryErr := sweep.Summarize(point, pairs)
	if err := cmp.Or(err, summaryErr); err != nil {
		r.end(point, sweep.Failed, err)
		return nil
	}
	if report, exists, err := evaluation.ReadReport(filepath.Join(r.dir, point.Name)); err == nil && exists {
		finished.Answers = report.Answers
	}
	r.finished = append(r.finished, finished)
	r.end(point, sweep.Finished, nil)
	return nil
}

// end records the state of a run.
func (r *runner) end(point sweep.Point, state sweep.State, err error) {
	r.states[point.Name], r.faults[point.Name] = state, err
	r.listener.Ended(point, state, err)
}

// compare lists the settings with finished runs, best first, their runs, and then the other runs.
func (r *runner) compare(record *sweep.Record) (err error) {
	if record.Settings, err = sweep.Settings(r.finished); err != nil {
		return err
	}
	sweep.Sort(record.Settings)
	var finished []string
	for _, setting := range record.Settings {
		for _, run := range setting.Runs {
			finished = append(finished, run.Name)
			record.Runs = append(record.Runs, sweep.Result{Name: run.Name, State: sweep.Finished, HeldOut: &run})
		}
	}
	for _, point := range r.points {
		if r.states[point.Name] != sweep.Finished {
			record.Runs = append(record.Runs, r.unfinished(point))
		}
	}
	advice, err := sweep.Advise(record.Settings)
	record.Summary = advice.Summary + r.grid.ExtendedNote(finished)
	return err
}

// unfinished is the result of a run that can't be compared.
func (r *runner) unfinished(point sweep.Point) sweep.Result {
	result := sweep.Result{Name: point.Name, State: r.states[point.Name]}
	if stop, ok := r.stops[point.Setting]; ok {
		result.Stop = &stop
	}
	if fault := r.faults[point.Name]; fault != nil {
		result.Error = strings.TrimPrefix(fault.Error(), "train: ")
	}
	return result
}
