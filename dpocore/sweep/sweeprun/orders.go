package sweeprun

import (
	"context"
	"errors"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/train"
)

// obey reads the orders, and changes the list of runs as they say.
func (r *runner) obey() error {
	orders, err := sweep.ReadOrders(r.dir)
	if err != nil || len(orders) == len(r.grid.Orders) {
		return err
	}
	r.reordered = true
	fresh := orders[len(r.grid.Orders):]
	r.grid.Orders = orders
	r.points = r.grid.Points()
	for _, order := range fresh {
		state := r.states[order.Run]
		switch {
		case order.Do == sweep.Extend && state == sweep.Finished:
			r.forget(order.Run)
		case (order.Do == sweep.Resume || order.Do == sweep.Extend) && state == sweep.Halted:
			r.forget(order.Run)
		}
	}
	return nil
}

// forget lets a run be trained again.
func (r *runner) forget(name string) {
	delete(r.states, name)
	for i, run := range r.finished {
		if run.Name == name {
			r.finished = append(r.finished[:i:i], r.finished[i+1:]...)
			return
		}
	}
}

// orderedListener reads the orders after each step, and interrupts the run if they concern it. The run saves a checkpoint of that step.
type orderedListener struct {
	train.Listener
	sweep     *runner
	point     sweep.Point
	interrupt func()
}

func (l orderedListener) Step(e metrics.Event) {
	l.Listener.Step(e)
	if err := l.sweep.obey(); err != nil {
		l.Note(err.Error())
	}
	if l.sweep.concerned(l.point) {
		l.interrupt()
	}
}

// concerned reports whether the orders have changed a run since it started.
func (r *runner) concerned(point sweep.Point) bool {
	for _, now := range r.points {
		if now.Name == point.Name && now.Config.MaxSteps != point.Config.MaxSteps {
			return true
		}
	}
	return r.grid.Halted(point.Name)
}

// trainOrdered trains a run until it ends or is interrupted by an order. ordered is true in that case.
func (r *runner) trainOrdered(ctx context.Context, i int, point sweep.Point, job train.Job) (ordered bool, err error) {
	until, interrupt := context.WithCancel(ctx)
	defer interrupt()
	job.Listener = orderedListener{r.notes.Listener(r.listener.Run(i+1, len(r.points), point)), r, point, interrupt}
	err = train.Run(until, job)
	var stopped *train.Stopped
	return errors.As(err, &stopped) && ctx.Err() == nil && until.Err() != nil, err
}
