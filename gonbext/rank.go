package gonbext

import (
	"cmp"
	"context"
	"fmt"
	"os"

	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/rater"
	"example.com/gonb-dpo/gonbext/internal/views"
)

// Rater is the name of a person who ranks answers. "" is the default rater: the name in the environment variable
// DPO_RATER, or "me".
type Rater string

// Rank is [Rater.Rank] for the default rater.
func Rank(file string, prompts ...string) { Rater("").Rank(file, prompts...) }

// Rank samples four answers of the model to each prompt, at four temperatures, and shows them shuffled and unlabelled. If
// the page is connected to the kernel, its buttons save the ranking and show the next prompt; otherwise they write the
// line of code with [Rater.Ranked]. Answers and rankings are saved at once: the same cell resumes an interrupted session,
// and shows the same answers to another rater. Without prompts it shows the answers that this rater has not ranked yet.
func (r Rater) Rank(file string, prompts ...string) {
	r.task(file, func(ctx context.Context, opened *rater.Rater) (output.Content, error) {
		return opened.Rank(ctx, prompts)
	})
}

// Ranked is [Rater.Ranked] for the default rater.
func Ranked(file, order string) { Rater("").Ranked(file, order) }

// Ranked saves the ranking of the answers that [Rater.Rank] showed last, by their numbers, best first: "3 > 2 = 4 > 1"
// with a tie of 2 and 4, or "all bad". Another call replaces the ranking.
func (r Rater) Ranked(file, order string) {
	cell.Run(func(context.Context) error {
		result, err := r.ranked(file, order)
		if err != nil {
			return err
		}
		cell.Show(result)
		return nil
	})
}

func (r Rater) ranked(file, order string) (output.Content, error) {
	if _, err := os.Stat(file); err != nil {
		return nil, fmt.Errorf("there are no answers to rank in %q; run gonbext.Rank first", file)
	}
	opened, err := r.open(file, func(string, ...any) {})
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	return opened.Ranked(order)
}

// Rankings summarizes files of rankings, which may be patterns such as "class/*.jsonl": how many prompts each rater has ranked, and how
// well raters agree.
func Rankings(files ...string) {
	cell.Run(func(context.Context) error {
		log, err := open.Rankings(files...)
		if err != nil {
			return err
		}
		cell.Show(views.Rankings(log))
		return nil
	})
}

func (r Rater) open(file string, status cell.Status) (*rater.Rater, error) {
	return rater.Open(file, cmp.Or(string(r), os.Getenv(cell.RaterName), "me"), string(r), status)
}

// task runs a task with this rater's session.
func (r Rater) task(file string, fn func(context.Context, *rater.Rater) (output.Content, error)) {
	cell.Task(func(ctx context.Context, status cell.Status) (output.Content, error) {
		opened, err := r.open(file, status)
		if err != nil {
			return nil, err
		}
		defer opened.Close()
		return fn(ctx, opened)
	})
}
