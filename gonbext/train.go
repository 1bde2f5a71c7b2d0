package gonbext

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/recipe"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/figure"
	"example.com/gonb-dpo/gonbext/internal/live"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/gonbext/internal/views"
)

// ReadConfig reads the settings of a run from a YAML file, as dpo train --config does: one per line, under the names in run.json or
// TRL's. What the file does not set has its default.
func ReadConfig(file string) (c config.Config) {
	cell.Run(func(context.Context) error {
		f, err := recipe.Read(file)
		if err == nil {
			c, err = f.Config()
		}
		return err
	})
	return c
}

// Train trains a run into a folder and shows it live: the curves, the last step's metrics, and the model's answers to the
// sample prompts. The stop button leaves the checkpoint of the last finished step, and running the cell again resumes from
// it. A finished run is shown at once.
func Train(dir string, c config.Config, p Pairs) {
	cell.Run(func(ctx context.Context) error { return trainRun(ctx, dir, c, p) })
}

// FineTune trains a run on the pairs' chosen answers alone, supervised fine-tuning, and shows it live as [Train] does. It is the
// stage before preferences: a run with its folder as InitAdapter starts from there.
func FineTune(dir string, c config.Config, p Pairs) {
	c.LossType = loss.SFTName
	cell.Run(func(ctx context.Context) error { return trainRun(ctx, dir, c, p) })
}

// Fork continues from the checkpoint of a step of the run in from, with settings that change has changed, in a new folder, and shows
// it live as [Train] does. The run stays as it is. The pairs are those of the run.
func Fork(from string, step int, dir string, p Pairs, change func(*config.Config)) {
	cell.Run(func(ctx context.Context) error { return forkRun(ctx, from, step, dir, p, change) })
}

func forkRun(ctx context.Context, from string, step int, dir string, p Pairs, change func(*config.Config)) error {
	before, err := open.Run(from)
	if err != nil {
		return err
	}
	c := before.Config
	change(&c)
	c.InitAdapter = before.Find(c.InitAdapter)
	if _, _, err := limitSteps(&c, p); err != nil {
		return err
	}
	record, err := run.PlanFork(from, step, c)
	if err != nil {
		return err
	}
	if err := record.StartFork(dir); err != nil {
		return err
	}
	return trainRun(ctx, dir, c, p, "This run continues from "+record.Fork.String()+".")
}

func trainRun(ctx context.Context, dir string, c config.Config, p Pairs, notes ...string) error {
	if err := c.Validate(); err != nil {
		return err
	}
	if err := p.set.Check(); err != nil {
		return err
	}
	data := p.set.Data()
	if c.FineTuning() {
		data = data.ChosenOnly()
	}
	wanted, limited, err := limitSteps(&c, p)
	if err != nil {
		return err
	}
	view := live.New(dir)
	if limited {
		view.Note(limitNote(fmt.Sprintf("%d steps instead of %d", c.MaxSteps, wanted), cell.MaxSteps))
	}
	for _, note := range notes {
		view.Note(note)
	}
	view.Phase("opening the model")
	model, err := open.BaseModel(c.InitAdapter)
	if err == nil {
		err = train.Run(ctx, train.Job{Model: model, Dir: dir, Config: c, Data: data, Listener: view})
	}
	view.Close(err)
	if err != nil {
		return err
	}
	if err := figure.ShowRun(dir); err != nil {
		return err
	}
	complaints, err := views.ComplaintsOf(dir)
	if err == nil {
		cell.Show(complaints)
	}
	return err
}

// limitSteps applies the environment's limit to the number of steps of a run, and returns how many it would have had.
func limitSteps(c *config.Config, p Pairs) (wanted int, limited bool, err error) {
	wanted = c.Resolve(p.Len()).MaxSteps
	limit, err := cell.Limit(cell.MaxSteps, wanted)
	if err != nil || limit >= wanted {
		return wanted, false, err
	}
	c.MaxSteps = limit
	return wanted, true, nil
}

// limitNote tells a reader that an environment variable shortens training.
func limitNote(limits, variable string) string {
	return fmt.Sprintf("Only %s, as set by %s: enough to try the notebook, too few to learn much.", limits, variable)
}
