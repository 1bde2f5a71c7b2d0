package compare

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/model"
)

// CompareOptions are how all models of a comparison answer: each is asked the same, with the same seed.
type Options struct {
	MaxNewTokens int
	Temperature  float64 // 0 takes the likeliest token every time
	Seed         uint64  // of the words that are drawn, at a temperature above 0
}

// Answers are what the models of a comparison say to a prompt.
type Answers struct {
	Prompt string
	Said   []Said // by the model without an adapter, then by each run, in their order
}

// Said is one model's answer.
type Said struct {
	Text  string
	Ended bool // by itself, not by the greatest length
}

// Compare answers prompts without an adapter and with that of each run, a PEFT folder. What a run says is kept in its
// folder, beside what the model says without it, and is not asked again: where all is kept, Compare returns at once.
// progress is told the answers done, of those that are missing.
func Run(ctx context.Context, m *model.Model, runs, prompts []string, o Options, progress func(done, total int)) ([]Answers, error) {
	if o.Temperature == 0 {
		o.Seed = 0 // it changes nothing
	}
	c := comparer{model: m, prompts: prompts, options: o, progress: progress}
	answers, err := c.run(ctx, runs)
	if err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	return answers, nil
}

// comparer is one comparison under way.
type comparer struct {
	model       *model.Model
	prompts     []string
	options     Options
	progress    func(done, total int)
	done, total int
}

func (c *comparer) run(ctx context.Context, runs []string) ([]Answers, error) {
	sides := make([][]Said, 1+len(runs)) // nil where it has to be asked
	wanted := make([]keptAnswers, len(runs))
	for i, dir := range runs {
		var err error
		if wanted[i], err = c.wanted(dir); err != nil {
			return nil, err
		}
		if base, own, ok := readAnswers(dir, wanted[i]); ok {
			sides[0], sides[1+i] = base, own
		}
	}
	for _, side := range sides {
		if side == nil {
			c.total += len(c.prompts)
		}
	}
	for i, dir := range append([]string{""}, runs...) {
		if sides[i] != nil {
			continue
		}
		var err error
		if sides[i], err = c.ask(ctx, dir); err != nil {
			return nil, err
		}
		if i > 0 {
			if err := wanted[i-1].write(dir, sides[0], sides[i]); err != nil {
				return nil, err
			}
		}
	}
	answers := make([]Answers, len(c.prompts))
	for i, prompt := range c.prompts {
		answers[i].Prompt = prompt
		for _, side := range sides {
			answers[i].Said = append(answers[i].Said, side[i])
		}
	}
	return answers, nil
}

// wanted is what a run's answers are kept under.
func (c *comparer) wanted(dir string) (k keptAnswers, err error) {
	k = keptAnswers{MaxNewTokens: c.options.MaxNewTokens, Temperature: c.options.Temperature, Seed: c.options.Seed}
	for _, prompt := range c.prompts {
		k.Answers = append(k.Answers, keptAnswer{Prompt: prompt})
	}
	if k.Adapter, err = adapter.Hash(dir); err != nil {
		return k, err
	}
	k.Weights, err = c.model.WeightsHash()
	return k, err
}

// ask has the model answer all prompts, with a run's adapter or without one where dir is "".
func (c *comparer) ask(ctx context.Context, dir string) ([]Said, error) {
	answerer, err := generate.NewAnswerer(c.model, dir)
	if err != nil {
		return nil, err
	}
	defer answerer.Close()
	said := make([]Said, 0, len(c.prompts))
	for _, prompt := range c.prompts {
		c.progress(c.done, c.total)
		one, err := answerer.Sample(ctx, preference.User(prompt),
			generate.Options{MaxNewTokens: c.options.MaxNewTokens, Temperature: c.options.Temperature, TopP: 1, Samples: 1, Seed: c.options.Seed})
		if err != nil {
			return nil, err
		}
		said = append(said, Said{one[0].Text, one[0].Ended})
		c.done++
	}
	return said, nil
}
