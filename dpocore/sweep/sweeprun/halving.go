package sweeprun

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/dpocore/train/trained"
	"example.com/gonb-dpo/internal/checkpoints"
	"example.com/gonb-dpo/internal/lock"
)

// halve takes all runs from rung to rung, and stops the worse settings at each. Which ones follows from the held-out figures in the
// folders of the runs alone, so that processes that share the folder decide the same.
func (r *runner) halve(ctx context.Context, grid sweep.Grid, compareOnly bool) error {
	for _, point := range r.points {
		if err := r.checkSame(point); err != nil {
			r.end(point, sweep.Failed, err)
		}
	}
	for _, rung := range grid.Rungs(len(r.data.Train.Pairs)) {
		reached, complete, err := r.reachAll(ctx, rung, compareOnly)
		if err != nil || !complete {
			return err
		}
		for setting, stop := range rung.Halve(reached) {
			r.stops[setting] = stop
		}
		for _, point := range r.points {
			if _, stopped := r.stops[point.Setting]; stopped && r.states[point.Name] == "" {
				r.end(point, sweep.Stopped, nil)
			}
		}
	}
	return nil
}

// checkSame returns an error if the folder of a run holds one with other settings or pairs, whose figures at a rung would be taken for its own.
func (r *runner) checkSame(point sweep.Point) error {
	dir := filepath.Join(r.dir, point.Name)
	if _, exists, err := run.ReadRecord(dir); err != nil || !exists {
		return err
	}
	record, err := train.Identify(train.Job{Model: r.model, Dir: dir, Config: point.Config, Data: r.data})
	if err == nil && record.Config.InitAdapter != "" {
		err = trained.Adopt(&record.Config, r.model, func(string) {})
	}
	if err != nil {
		return err
	}
	return record.CheckFolder(dir)
}

// waiting is how long to wait for runs that another process takes to a rung before looking again.
const waiting = 2 * time.Second

// reachAll takes the runs that are left to a rung and measures them; it waits for those that another process is training. Without training
// it is complete only if all have been measured there.
func (r *runner) reachAll(ctx context.Context, rung sweep.Rung, compareOnly bool) (reached []sweep.Run, complete bool, err error) {
	done := map[string]bool{}
	for {
		elsewhere := false
		for i, point := range r.points {
			if r.states[point.Name] != "" || done[point.Name] {
				continue
			}
			pairs, err := r.reach(ctx, i, point, rung, compareOnly)
			switch {
			case errors.Is(err, lock.ErrInUse):
				elsewhere = true
				continue
			case errors.Is(err, os.ErrNotExist) && compareOnly:
				return nil, false, nil
			case err != nil && ctx.Err() != nil:
				return nil, false, err
			}
			measured, summaryErr := sweep.Summarize(point, pairs)
			if err := cmp.Or(err, summaryErr); err != nil {
				r.end(point, sweep.Failed, err)
				continue
			}
			done[point.Name], reached = true, append(reached, measured)
		}
		if !elsewhere {
			return reached, true, nil
		}
		r.listener.Waiting("another process is training runs up to step " + fmt.Sprint(rung.Step))
		select {
		case <-ctx.Done():
			return nil, false, ctx.Err()
		case <-time.After(waiting):
		}
	}
}

// reach trains a run up to a rung, unless it has got there, and returns its held-out pairs there.
func (r *runner) reach(ctx context.Context, i int, point sweep.Point, rung sweep.Rung, compareOnly bool) ([]evaluation.Pair, error) {
	dir := filepath.Join(r.dir, point.Name)
	path := filepath.Join(dir, fmt.Sprintf("measured-%d.json", rung.Step))
	measured := measuredRun{HeldOut: r.heldOut.Hash()}
	if saved, ok := readMeasured(path, measured); ok {
		return saved, nil
	}
	if compareOnly {
		return nil, os.ErrNotExist
	}
	checkpoint, err := r.trainTo(ctx, i, point, rung.Step)
	if err != nil {
		return nil, err
	}
	measured.Pairs, err = r.shared.MeasureHeldOut(ctx, r.model, checkpoint, point.Config, r.heldOut, func(done, total int) { r.listener.Measuring(point, done, total) })
	if err != nil {
		return nil, err
	}
	return measured.Pairs, measured.write(path)
}

// trainTo trains a run until it has made a number of steps, and returns the folder of its adapter then. A run that has made more, in a sweep
// without halving, is taken as it is.
func (r *runner) trainTo(ctx context.Context, i int, point sweep.Point, step int) (adapter string, err error) {
	dir := filepath.Join(r.dir, point.Name)
	latest := func() string {
		if record, _, err := run.ReadRecord(dir); err == nil && record.Finished {
			return dir
		}
		if steps, err := checkpoints.Steps(dir); err == nil && len(steps) > 0 && steps[len(steps)-1] >= step {
			return checkpoints.Folder(dir, steps[len(steps)-1])
		}
		return ""
	}
	if adapter := latest(); adapter != "" {
		return adapter, nil
	}
	upTo, stop := context.WithCancel(ctx)
	defer stop()
	listener := r.notes.Listener(untilListener{r.listener.Run(i+1, len(r.points), point), step, stop})
	err = train.Run(upTo, train.Job{Model: r.model, Dir: dir, Config: point.Config, Data: r.data, Listener: listener, Shared: r.shared})
	var stopped *train.Stopped
	if err != nil && (ctx.Err() != nil || upTo.Err() == nil || !errors.As(err, &stopped)) {
		return "", err
	}
	if adapter = latest(); adapter == "" {
		return "", fmt.Errorf("%s has no checkpoint of step %d; delete the folder and run the sweep again", dir, step)
	}
	return adapter, nil
}

// untilListener stops a run after a step.
type untilListener struct {
	train.Listener
	step int
	stop func()
}

// Begin shows the run as one up to the rung, so that the remaining time is that of this rung. Another process may have taken it there
// just before.
func (l untilListener) Begin(b train.Begin) {
	if b.Step >= l.step {
		l.stop()
	}
	b.Config.MaxSteps = l.step
	l.Listener.Begin(b)
}

func (l untilListener) Step(e metrics.Event) {
	l.Listener.Step(e)
	if e.Step >= l.step {
		l.stop()
	}
}
