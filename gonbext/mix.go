package gonbext

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/plots"
)

// Mix gives the pairs of several objectives with their weights, as in "helpfulness=0.5, harmlessness=0.3,
// truthfulness=0.2". These three are the objectives of the built-in pairs; a file or a published set is another, under a
// name of its own: "safe:hh-rlhf=2, mine:my_pairs.jsonl=1". Weights count by their ratio, and one of 0 is measured
// without being trained on.
//
// [Train] draws each step's pairs from the objectives in proportion to the weights, or lets their losses count by them:
// [Pairs.InLoss].
func Mix(text string) (p Pairs) {
	cell(func(ctx context.Context) (err error) {
		p, err = mixed(ctx, text)
		return err
	})
	return p
}

func mixed(ctx context.Context, text string) (Pairs, error) {
	mix, err := dataset.ParseMix(text)
	if err != nil {
		return Pairs{}, err
	}
	progress, done := fetching()
	defer done()
	data, err := dataset.Fetch(ctx, text, "", 0, splitSeed, progress)
	if err != nil {
		return Pairs{}, err
	}
	return Pairs{train: data.Train, heldOut: data.HeldOut, mix: mix, origin: data.Origin}.shortened()
}

// InLoss lets the weights of a mix act in the loss: pairs come as they are, and the losses of an objective's pairs count
// by its weight.
func (p Pairs) InLoss() Pairs {
	if p.mix != nil {
		mix := *p.mix
		mix.By = dataset.MixLoss
		p.mix = &mix
	}
	return p
}

// Objectives draws what a run that mixes objectives did to each of them, on held-out pairs.
func Objectives(dir string) {
	cell(func(context.Context) error {
		runs, _, err := runsAt(dir)
		if err != nil {
			return err
		}
		if len(runs[0].History.Objectives()) == 0 {
			return fmt.Errorf("the run in %q mixes no objectives; train one on gonbext.Mix", dir)
		}
		return showFigure(plots.Objectives(runs[0].History), dir+"/plots/objectives.png")
	})
}

// Tradeoff sets two objectives against each other, over all runs that match a pattern such as "runs/mix-*": the accuracy
// on held-out pairs at the end of each run, and the margin, a point a run.
func Tradeoff(pattern, x, y string) {
	cell(func(context.Context) error {
		runs, folder, err := runsAt(pattern)
		if err != nil {
			return err
		}
		figure, err := plots.Tradeoff(x, y, runs)
		if err != nil {
			return err
		}
		return showAndKeep(figure, folder)
	})
}
