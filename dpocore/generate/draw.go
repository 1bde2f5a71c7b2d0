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

	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/dpocore/run"
)

// drawTemperatures are the default temperatures of answers to rank: from nearly greedy to diverse.
var drawTemperatures = []float64{0.2, 0.5, 0.8, 1}

// DrawOptions are the sampling options of answers to rank.
type DrawOptions struct {
	Temperatures []float64 // one per answer
	MaxNewTokens int
	TopP         float64
}

// DefaultDrawOptions returns four answers of at most 128 tokens.
func DefaultDrawOptions() DrawOptions {
	return DrawOptions{Temperatures: drawTemperatures, MaxNewTokens: 128, TopP: 0.95}
}

// Draw samples one answer to a prompt at each temperature, in one batch, and shuffles the answers for ranking. adapter is a PEFT
// folder, or "" for the model alone. The result depends on prompt and weights alone. Answers that are empty or equal to
// another are sampled again a few times, then left out.
func Draw(ctx context.Context, m *model.Model, adapter, prompt string, o DrawOptions) (ranking.Candidates, error) {
	if strings.TrimSpace(prompt) == "" {
		return ranking.Candidates{}, errors.New("draw answers: the prompt is empty; give a question or a request")
	}
	if len(o.Temperatures) < 2 {
		return ranking.Candidates{}, fmt.Errorf("draw answers: there are %d temperatures; give at least 2, one per answer to rank", len(o.Temperatures))
	}
	answerer, err := NewAnswerer(m, adapter)
	if err != nil {
		return ranking.Candidates{}, fmt.Errorf("draw answers: %w", err)
	}
	defer answerer.Close()
	sum := fnv.New64a()
	sum.Write([]byte(prompt)) // writing to a hash never fails
	d := ranking.Candidates{Prompt: prompt, Sampling: ranking.Sampling{MaxNewTokens: o.MaxNewTokens, TopP: o.TopP, Seed: sum.Sum64()}, Drawn: time.Now().UTC().Truncate(time.Second)}
	if err := SignDrawing(m, &d, adapter); err != nil {
		return d, fmt.Errorf("draw answers: %w", err)
	}
	if err := answerer.draw(ctx, &d, o); err != nil {
		return d, err
	}
	random := rand.New(rand.NewPCG(d.Sampling.Seed, 0))
	random.Shuffle(len(d.Answers), func(i, j int) { d.Answers[i], d.Answers[j] = d.Answers[j], d.Answers[i] })
	return d, nil
}

// SignDrawing records the model and the adapter in a drawing: the path and the start of the hash of each.
func SignDrawing(m *model.Model, d *ranking.Candidates, adapterDir string) error {
	const digits = 12 // of a hash
	weights, err := m.WeightsHash()
	if err != nil {
		return err
	}
	d.Model = m.Path + " " + weights[:min(digits, len(weights))]
	if adapterDir == "" {
		return nil
	}
	hash, err := run.TrainedHash(adapterDir)
	if err != nil {
		return err
	}
	d.Adapter = adapterDir + " " + hash[:min(digits, len(hash))]
	return nil
}

// draw samples answers until there is a different one at each temperature, at most maxTries times.
func (a *Answerer) draw(ctx context.Context, d *ranking.Candidates, o DrawOptions) error {
	const maxTries = 5
	texts := make([]string, len(o.Temperatures))
	sampling := Options{MaxNewTokens: o.MaxNewTokens, Temperatures: o.Temperatures, TopP: o.TopP, Samples: len(o.Temperatures), Seed: d.Sampling.Seed}
	for try := 0; try < maxTries && slices.Contains(texts, ""); try++ {
		drawn, err := a.Answer(ctx, preference.User(d.Prompt), sampling, nil)
		if err != nil {
			return fmt.Errorf("draw answers: %w", err)
		}
		for i, text := range drawn {
			if text = strings.TrimSpace(text); texts[i] == "" && !slices.Contains(texts, text) {
				texts[i] = text
			}
		}
		sampling.Seed++
	}
	for i, text := range texts {
		if text != "" {
			d.Answers = append(d.Answers, ranking.Answer{Text: text, Temperature: o.Temperatures[i]})
		}
	}
	if len(d.Answers) < 2 {
		return errors.New("draw answers: the model always gives the same answer, so there is nothing to rank; use a more open-ended prompt")
	}
	return nil
}
