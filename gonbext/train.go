package gonbext

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/janpfeifer/gonb/gonbui"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/plots"
)

// Train trains a run into a folder and shows it live: the curves, the figures of the last step, and what the model
// answers meanwhile. The stop button leaves the checkpoint of the last finished step; running the cell again goes on
// from there. A run that is finished shows its picture at once.
func Train(dir string, c config.Config, p Pairs) {
	cell(func(ctx context.Context) error { return train(ctx, dir, c, p) })
}

// view is a listener that can be closed, with the error that training ended in: what it shows then stays.
type view interface {
	train.Listener
	Close(error)
}

func train(ctx context.Context, dir string, c config.Config, p Pairs) error {
	if err := c.Validate(); err != nil {
		return err
	}
	if p.train == nil {
		return errors.New("there are no pairs to train on; get some with gonbext.Load(\"builtin\")")
	}
	short, err := limit(maxStepsEnv, c.MaxSteps)
	if err != nil {
		return err
	}
	v := newView(dir)
	if short < c.MaxSteps {
		v.Note(fmt.Sprintf("Only %d steps instead of %d, as %s asks: enough to try the notebook, too few to learn much.", short, c.MaxSteps, maxStepsEnv))
		c.MaxSteps = short
	}
	v.Phase("opening the model")
	model, err := baseModel()
	if err == nil {
		err = train.Run(ctx, train.Job{Model: model, Dir: dir, Config: c, Data: p.data(), Listener: v})
	}
	v.Close(err)
	if err != nil {
		return err
	}
	if err := drawRun(dir); err != nil {
		return err
	}
	found, err := complain(dir)
	if err == nil {
		show(found)
	}
	return err
}

func newView(dir string) view {
	if gonbui.IsNotebook {
		return newLiveView(dir)
	}
	return &textView{out: printed}
}

// drawRun writes a run's pictures into its folder and shows the overview, as PNG: the one form that every viewer of a
// saved notebook shows.
func drawRun(dir string) error {
	history, err := metrics.ReadHistory(dir)
	if err != nil {
		return err
	}
	if err := showFigure(plots.Overview(history), dir+"/plots/overview.png"); err != nil {
		return err
	}
	if len(history.Objectives()) > 0 {
		if err := showFigure(plots.Objectives(history), dir+"/plots/objectives.png"); err != nil {
			return err
		}
	}
	return plots.WriteRun(dir, history)
}

// showFigure displays a figure; where there is no notebook it says in which file it is.
func showFigure(figure plots.Figure, path string) error {
	if !gonbui.IsNotebook {
		fmt.Fprintln(printed, "picture:", path)
		return nil
	}
	var picture bytes.Buffer
	if err := figure.PNG(&picture); err != nil {
		return err
	}
	gonbui.DisplayPNG(picture.Bytes())
	return nil
}
