// Package compare answers the same prompts with several runs, side by side or as blind ballots.
//
// Start with [Run], then [Blind].
package compare

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/run"
)

// Options are the sampling options of a comparison. All models get the same prompts and the same seed.
type Options struct {
	MaxNewTokens int
	Temperature  float64 // 0 for greedy decoding
	Seed         uint64  // unused at temperature 0
}

// Validate names the first option outside its range.
func (o Options) Validate() error { return o.sampling().Validate() }

func (o Options) sampling() generate.Options {
	return generate.Options{MaxNewTokens: o.MaxNewTokens, Temperature: o.Temperature, TopP: 1, Samples: 1, Seed: o.Seed}
}

// Answers are the replies of all models of a comparison to a prompt.
type Answers struct {
	Prompt  string
	Replies []Reply // of the model without an adapter, then of each run in order
}

// Reply is one model's answer.
type Reply struct {
	Text  string
	Ended bool // with an end token, not at the maximum length
}

// Run answers prompts with the model without an adapter and with the adapter of each run, a PEFT folder. The answers are
// saved in the run's folder, beside those of the model without adapter, and are not sampled again. progress receives the
// number of answers done, of those that are not saved yet.
func Run(ctx context.Context, m *model.Model, runs, prompts []string, o Options, progress func(done, total int)) ([]Answers, error) {
	if o.Temperature == 0 {
		o.Seed = 0 // unused; saved answers match whatever the seed
	}
	c := comparison{model: m, prompts: prompts, options: o, progress: progress}
	answers, err := c.run(ctx, runs)
	if err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	return answers, nil
}

// comparison is a call of [Run].
type comparison struct {
	model       *model.Model
	prompts     []string
	options     Options
	progress    func(done, total int)
	done, total int
}

func (c *comparison) run(ctx context.Context, runs []string) ([]Answers, error) {
	for _, dir := range runs { // before any answer
		if err := c.model.CheckAdapter(dir); err != nil {
			return nil, err
		}
	}
	replies, files, err := c.savedReplies(runs)
	if err != nil {
		return nil, err
	}
	for _, known := range replies {
		if known == nil {
			c.total += len(c.prompts)
		}
	}
	for i, dir := range append([]string{""}, runs...) {
		if replies[i] != nil {
			continue
		}
		if replies[i], err = c.answer(ctx, dir); err != nil {
			return nil, err
		}
		if i > 0 {
			if err := files[i-1].write(dir, replies[0], replies[i]); err != nil && c.model.Note != nil {
				c.model.Note(fmt.Sprintf("The answers of %s are shown but not saved: %v.", dir, err))
			}
		}
	}
	answers := make([]Answers, len(c.prompts))
	for i, prompt := range c.prompts {
		answers[i].Prompt = prompt
		for _, ofModel := range replies {
			answers[i].Replies = append(answers[i].Replies, ofModel[i])
		}
	}
	return answers, nil
}

// savedReplies returns the replies of each model, [1+runs][prompts], nil for a model without saved ones, and for each run the
// file to save them in.
func (c *comparison) savedReplies(runs []string) (replies [][]Reply, files []savedAnswers, err error) {
	replies, files = make([][]Reply, 1+len(runs)), make([]savedAnswers, len(runs))
	for i, dir := range runs {
		if files[i], err = c.savedAnswers(dir); err != nil {
			return nil, nil, err
		}
		if base, ofRun, ok := readSaved(dir, files[i]); ok {
			replies[0], replies[1+i] = base, ofRun
		}
	}
	return replies, files, nil
}

// savedAnswers describes the answers of a run to the prompts; the replies are not filled in.
func (c *comparison) savedAnswers(dir string) (s savedAnswers, err error) {
	s = savedAnswers{Date: c.model.Prompts.Date, MaxNewTokens: c.options.MaxNewTokens, Temperature: c.options.Temperature, Seed: c.options.Seed}
	if !c.model.Prompts.AsModel() {
		s.Tokenizer = c.model.Tokenizer.Hash()
	}
	for _, prompt := range c.prompts {
		s.Answers = append(s.Answers, savedAnswer{Prompt: prompt})
	}
	if s.Adapter, err = run.TrainedHash(dir); err != nil {
		return s, err
	}
	s.Weights, err = c.model.WeightsHash()
	return s, err
}

// answer answers all prompts with the adapter of a run, or without one if dir is "".
func (c *comparison) answer(ctx context.Context, dir string) ([]Reply, error) {
	answerer, err := generate.NewAnswerer(c.model, dir)
	if err != nil {
		return nil, err
	}
	defer answerer.Close()
	replies := make([]Reply, 0, len(c.prompts))
	for _, prompt := range c.prompts {
		c.progress(c.done, c.total)
		answers, err := answerer.Sample(ctx, preference.User(prompt), c.options.sampling())
		if err != nil {
			return nil, err
		}
		replies = append(replies, Reply{answers[0].Text, answers[0].Ended})
		c.done++
	}
	return replies, nil
}
