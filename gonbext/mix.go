package gonbext

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/figure"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/gonbext/internal/pairs"
	"example.com/gonb-dpo/plots"
)

// Mix loads the pairs of several objectives with their weights, as in "helpfulness=0.5, harmlessness=0.3,
// truthfulness=0.2". These three are the objectives of the built-in pairs. A file or a published data set is an objective
// with a name that you choose: "safe:hh-rlhf=2, mine:my_pairs.jsonl=1". Only the ratio of the weights matters. Pairs of
// weight 0 are evaluated but not trained on.
//
// [Train] samples each step's pairs in proportion to the weights, or scales the losses by them: [Pairs.InLoss].
func Mix(text string) (p Pairs) {
	cell.Run(func(ctx context.Context) (err error) {
		p, err = mix(ctx, text)
		return err
	})
	return p
}

func mix(ctx context.Context, text string) (Pairs, error) {
	progress, done := cell.DownloadProgress()
	defer done()
	set, err := pairs.Mix(ctx, text, progress)
	return Pairs{set}, err
}

// InLoss makes the weights of a mix scale the losses: all pairs are sampled alike, and a pair's loss is multiplied by the
// weight of its objective.
func (p Pairs) InLoss() Pairs { return Pairs{p.set.WeightLoss()} }

// Objectives draws accuracy and margin of each objective of a run, on held-out pairs.
func Objectives(dir string) {
	cell.Run(func(context.Context) error {
		runs, _, err := open.Histories(dir)
		if err != nil {
			return err
		}
		if len(runs[0].History.Objectives()) == 0 {
			return fmt.Errorf("the run in %q has no objectives; train one on pairs of gonbext.Mix", dir)
		}
		return figure.Show(plots.Objectives(runs[0].History), dir)
	})
}

// Tradeoff draws two objectives against each other, a point per run that matches a pattern such as "runs/mix-*": the
// accuracies and the margins on held-out pairs at the end of each run.
func Tradeoff(pattern, x, y string) {
	cell.Run(func(context.Context) error {
		runs, folder, err := open.Histories(pattern)
		if err != nil {
			return err
		}
		f, err := plots.Tradeoff(x, y, runs)
		if err != nil {
			return err
		}
		return figure.Show(f, folder)
	})
}
