package gonbext

import (
	"context"

	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/measure"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/rater"
)

// Compare shows the answers to the same prompts before and after a run, or of the base model and several runs, by greedy
// decoding. Several runs are separated by commas, or matched by a pattern such as "runs/beta-*". The answers are saved in
// the runs' folders, so running the cell again shows them at once. Without prompts it uses three sample prompts.
func Compare(runs string, prompts ...string) {
	cell.Task(func(ctx context.Context, status cell.Status) (output.Content, error) {
		c, err := measure.Compare(ctx, runs, prompts, status)
		if err != nil {
			return nil, err
		}
		return output.Stack{c.Table(), c.Unchanged()}, nil
	})
}

// CompareBlind is [Rater.CompareBlind] for the default rater.
func CompareBlind(file, runs string, prompts ...string) {
	Rater("").CompareBlind(file, runs, prompts...)
}

// CompareBlind is [Compare] with shuffled answers and without the names of the models. The reader ranks them as in [Rank],
// with buttons or a line of code. After the last ranking it shows which model wrote which answer, and how often each came
// first. The file stores the rankings; like all rankings, they make pairs to train on.
func (r Rater) CompareBlind(file, runs string, prompts ...string) {
	r.task(file, func(ctx context.Context, opened *rater.Rater) (output.Content, error) {
		return opened.CompareBlind(ctx, runs, prompts)
	})
}
