package generate

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/dpocore/model"
)

// DrawTemperatures are those of the answers to be ranked: from nearly the likeliest words to daring ones.
var DrawTemperatures = []float64{0.2, 0.5, 0.8, 1}

// DrawOptions are how answers to be ranked are drawn.
type DrawOptions struct {
	Temperatures []float64 // one for each answer
	MaxNewTokens int
	TopP         float64
}

// DefaultDrawOptions are four answers of at most 128 tokens.
func DefaultDrawOptions() DrawOptions {
	return DrawOptions{Temperatures: DrawTemperatures, MaxNewTokens: 128, TopP: 0.95}
}

// Draw has the model, with the adapter of a PEFT folder or with none where adapter is "", answer a prompt once at each
// temperature, all as one batch, and puts the answers into a mixed order. Prompt and weights decide what comes. Answers
// that are empty or the same as another are drawn anew a few times, and left out in the end.
func Draw(ctx context.Context, m *model.Model, adapter, prompt string, o DrawOptions) (ranking.Candidates, error) {
	if strings.TrimSpace(prompt) == "" {
		return ranking.Candidates{}, errors.New("draw answers: the prompt is empty; write a question or a request")
	}
	if len(o.Temperatures) < 2 {
		return ranking.Candidates{}, fmt.Errorf("draw answers: %d temperatures are given; a ranking needs two answers or more", len(o.Temperatures))
	}
	answerer, err := NewAnswerer(m, adapter)
	if err != nil {
		return ranking.Candidates{}, fmt.Errorf("draw answers: %w", err)
	}
	defer answerer.Close()
	sum := fnv.New64a()
	sum.Write([]byte(prompt)) // a hash never fails to take bytes
	d := ranking.Candidates{Prompt: prompt, Sampling: ranking.Sampling{MaxNewTokens: o.MaxNewTokens, TopP: o.TopP, Seed: sum.Sum64()}, Drawn: time.Now().UTC().Truncate(time.Second)}
	if err := Sign(m, &d, adapter); err != nil {
		return d, fmt.Errorf("draw answers: %w", err)
	}
	if err := answerer.fill(ctx, &d, o); err != nil {
		return d, err
	}
	mix := rand.New(rand.NewPCG(d.Sampling.Seed, 0))
	mix.Shuffle(len(d.Answers), func(i, j int) { d.Answers[i], d.Answers[j] = d.Answers[j], d.Answers[i] })
	return d, nil
}

// sign says which model answers.
func Sign(m *model.Model, d *ranking.Candidates, dir string) error {
	const shown = 12 // digits of a hash
	weights, err := m.WeightsHash()
	if err != nil {
		return err
	}
	d.Model = m.Path + " " + weights[:min(shown, len(weights))]
	if dir == "" {
		return nil
	}
	hash, err := adapter.Hash(dir)
	if err != nil {
		return err
	}
	d.Adapter = dir + " " + hash[:min(shown, len(hash))]
	return nil
}

// fill draws until there is an answer of each temperature, or for a few times.
func (a *Answerer) fill(ctx context.Context, d *ranking.Candidates, o DrawOptions) error {
	const tries = 5
	texts := make([]string, len(o.Temperatures))
	draw := generate.Options{MaxNewTokens: o.MaxNewTokens, Temperatures: o.Temperatures, TopP: o.TopP, Samples: len(o.Temperatures), Seed: d.Sampling.Seed}
	for try := 0; try < tries && slices.Contains(texts, ""); try++ {
		drawn, err := a.Answer(ctx, preference.User(d.Prompt), draw, nil)
		if err != nil {
			return fmt.Errorf("draw answers: %w", err)
		}
		for i, text := range drawn {
			if text = strings.TrimSpace(text); texts[i] == "" && !slices.Contains(texts, text) {
				texts[i] = text
			}
		}
		draw.Seed++
	}
	for i, text := range texts {
		if text != "" {
			d.Answers = append(d.Answers, ranking.Answer{Text: text, Temperature: o.Temperatures[i]})
		}
	}
	if len(d.Answers) < 2 {
		return errors.New("draw answers: the model gives the same answer again and again, so there is nothing to rank; take a more open prompt")
	}
	return nil
}
