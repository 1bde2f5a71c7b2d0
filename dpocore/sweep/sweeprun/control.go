package sweeprun

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/internal/checkpoints"
	"example.com/gonb-dpo/internal/suggest"
)

// Control gives an order to the sweep in a folder, whether it is being trained, by this process or another, or not. The order is one of
//
//	stop RUN                      keep its checkpoint and continue with the next run
//	resume RUN                    take a stopped run up again
//	extend RUN STEPS              give it this many steps, which a run at a constant learning rate can have
//	fork RUN SETTING=VALUE …      add a run that continues from its latest checkpoint with other settings
//
// A sweep that is being trained obeys after its current step; otherwise its next call does. done says what will happen.
func Control(dir, order string) (done string, err error) {
	if done, err = control(dir, strings.Fields(order)); err != nil {
		return "", fmt.Errorf("control the sweep: %w", err)
	}
	return done, nil
}

func control(dir string, words []string) (done string, err error) {
	if len(words) < 2 {
		return "", errors.New(`an order is "stop RUN", "resume RUN", "extend RUN STEPS" or "fork RUN SETTING=VALUE"`)
	}
	do, name, rest := words[0], words[1], words[2:]
	grid, point, err := find(dir, name)
	if err != nil {
		return "", err
	}
	switch {
	case do == sweep.Extend && len(rest) == 1:
		return extend(dir, grid, point, rest[0])
	case do == sweep.Branch && len(rest) > 0:
		return fork(dir, grid, point, rest)
	case do == sweep.Halt && len(rest) == 0 && grid.Halted(name):
		return "", fmt.Errorf("%s is stopped already", name)
	case do == sweep.Halt && len(rest) == 0 && finished(dir, point):
		return "", fmt.Errorf("%s is finished", name)
	case do == sweep.Resume && len(rest) == 0 && !grid.Halted(name):
		return "", fmt.Errorf("%s is not stopped", name)
	case do == sweep.Halt && len(rest) == 0:
		return name + " stops after its current step, with a checkpoint of it; the sweep continues with the next run.", sweep.Order{Do: do, Run: name}.Give(dir)
	case do == sweep.Resume && len(rest) == 0:
		return name + " continues from its checkpoint.", sweep.Order{Do: do, Run: name}.Give(dir)
	}
	return control(dir, nil)
}

// find returns the grid of the sweep in a folder, with all orders so far, and one of its runs.
func find(dir, name string) (sweep.Grid, sweep.Point, error) {
	record, exists, err := sweep.Read(dir)
	if err == nil && !exists {
		err = fmt.Errorf("there is no sweep in %s; name the folder that it was started with", dir)
	}
	if err == nil && record.Halving {
		err = fmt.Errorf("the sweep in %s stops its runs by halving, which compares them at the same steps; start it without halving to control it by hand", dir)
	}
	if err == nil {
		record.Orders, err = sweep.ReadOrders(dir)
	}
	if err != nil {
		return sweep.Grid{}, sweep.Point{}, err
	}
	points := record.Grid.Points()
	if len(record.Axes) == 0 || len(points) == 0 {
		return sweep.Grid{}, sweep.Point{}, fmt.Errorf("sweep.json in %s names no runs; start the sweep again, which writes the file", dir)
	}
	names := make([]string, len(points))
	for i, p := range points {
		if names[i] = p.Name; p.Name == name {
			return record.Grid, p, nil
		}
	}
	return sweep.Grid{}, sweep.Point{}, fmt.Errorf("the sweep in %s has no run %q; did you mean %s?", dir, name, suggest.Nearest(name, names))
}

func finished(dir string, point sweep.Point) bool {
	record, _, err := run.ReadRecord(filepath.Join(dir, point.Name))
	return err == nil && record.Finished && record.Config.MaxSteps >= point.Config.Resolve(record.Train.Pairs).MaxSteps
}

func extend(dir string, grid sweep.Grid, point sweep.Point, text string) (string, error) {
	steps, err := strconv.Atoi(text)
	now := point.Config.MaxSteps
	if record, exists, readErr := run.ReadRecord(filepath.Join(dir, point.Name)); readErr == nil && exists {
		now = max(now, record.Config.MaxSteps)
	}
	switch {
	case err != nil || steps <= now:
		return "", fmt.Errorf("%q is no number of steps for %s; give more than the %d that it has", text, point.Name, now)
	case !point.Config.ConstantRate():
		return "", fmt.Errorf("the learning rate of %s was scheduled (%s) for its number of steps; fork it with max_steps=%d instead, or start the sweep with a constant one", point.Name, point.Config.Scheduler, steps)
	case point.Config.EarlyStopping > 0:
		return "", fmt.Errorf("early stopping of %s counts on its number of steps; fork it with max_steps=%d instead", point.Name, steps)
	}
	order := sweep.Order{Do: sweep.Extend, Run: point.Name, Steps: steps}
	if err := possible(grid, order); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s has %d steps from now on.", point.Name, steps), order.Give(dir)
}

// possible returns why a sweep could not be started any more after an order, if it could not.
func possible(grid sweep.Grid, order sweep.Order) error {
	grid.Orders = append(slices.Clip(grid.Orders), order)
	return grid.Validate()
}

// fork makes the folder of the new run at once, with a copy of the checkpoint, so that it stays when the run continues.
func fork(dir string, grid sweep.Grid, point sweep.Point, changes []string) (string, error) {
	from := filepath.Join(dir, point.Name)
	steps, err := checkpoints.Steps(from)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	if len(steps) == 0 {
		return "", fmt.Errorf("%s has no checkpoint yet; wait for one, or stop it, which saves one", point.Name)
	}
	at := slices.Max(steps)
	before, _, err := run.ReadRecord(from)
	if err != nil {
		return "", err
	}
	c, name := before.Config, fmt.Sprintf("%s,fork-%d", point.Name, at)
	c.InitAdapter, c.MaxSteps = before.Find(c.InitAdapter), max(c.MaxSteps, point.Config.MaxSteps) // which it may have been extended to
	same := c
	suffix, err := change(&c, changes)
	if err != nil {
		return "", err
	}
	if name += suffix; slices.ContainsFunc(grid.Points(), func(p sweep.Point) bool { return p.Name == name }) {
		return "", fmt.Errorf("the sweep has the run %s already", name)
	}
	if err := c.Validate(); err != nil {
		return "", err
	}
	record, err := run.PlanFork(from, at, c)
	if err != nil {
		return "", err
	}
	if config.Difference(record.Config, same.Resolve(record.Train.Pairs)) == "" {
		return "", fmt.Errorf("with %s the fork would learn the same as %s; give another value", strings.Join(changes, " and "), point.Name)
	}
	order := sweep.Order{Do: sweep.Branch, Run: name, From: point.Name, Fork: &record.Config}
	if err := possible(grid, order); err != nil {
		return "", err
	}
	if err := record.StartFork(filepath.Join(dir, name)); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s is added to the sweep: it continues from step %d of %s.", name, at, point.Name), order.Give(dir)
}

// change gives a configuration the changes of a fork, such as "beta=0.3", and returns them as the end of the fork's name.
func change(c *config.Config, changes []string) (suffix string, err error) {
	var changed sweep.Grid
	for _, text := range changes {
		setting, value, _ := strings.Cut(text, "=")
		if value == "" {
			return "", fmt.Errorf("%q is no setting with a value; write one such as beta=0.3", text)
		}
		axis, err := sweep.NewAxis(setting, value)
		if err == nil {
			err = changed.Add(axis)
		}
		if err != nil {
			return "", err
		}
		part, err := axis.Set(c)
		if err != nil {
			return "", err
		}
		suffix += "," + part
	}
	return suffix, nil
}
