package gonbext

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/internal/atomicfile"
)

// temperatures are those of the answers to be ranked: from nearly the likeliest words to daring ones.
var temperatures = []float64{0.3, 0.6, 0.9, 1.1}

// drawing is a prompt and the answers to it, in the order in which they are shown.
type drawing struct {
	Prompt  string   `json:"prompt"`
	Answers []string `json:"answers"`
}

// Rank lets the model answer a prompt four times, more daringly each time, and shows the answers in a mixed order. They
// are kept beside the file, so that the same cell shows the same answers again. [Ranked] takes their ranking.
func Rank(prompt, file string) {
	task(func(ctx context.Context, say func(string, ...any)) (content, error) {
		if strings.TrimSpace(prompt) == "" {
			return nil, errors.New("the prompt is empty; write a question or a request")
		}
		kept, err := readDrawings(file)
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(kept, func(d drawing) bool { return d.Prompt == prompt })
		var now drawing
		if at >= 0 {
			now = kept[at]
			kept = slices.Delete(kept, at, at+1)
		} else if now, err = drawAnswers(ctx, prompt, say); err != nil {
			return nil, err
		}
		if err := writeDrawings(file, append(kept, now)); err != nil {
			return nil, err
		}
		return newRanking(now, file), nil
	})
}

// drawAnswers asks the model. Prompt and weights decide what it answers: the same cell gives the same answers anywhere.
func drawAnswers(ctx context.Context, prompt string, say func(string, ...any)) (drawing, error) {
	d := drawing{Prompt: prompt}
	model, err := baseModel()
	if err != nil {
		return d, err
	}
	tokens, err := newTokens()
	if err != nil {
		return d, err
	}
	answerer, err := model.Answerer("")
	if err != nil {
		return d, err
	}
	defer answerer.Close()
	sum := fnv.New64a()
	sum.Write([]byte(prompt)) // a hash never fails to take bytes
	seed := sum.Sum64()
	for i, temperature := range temperatures {
		say("Answer %d of %d", i+1, len(temperatures))
		answer, err := another(ctx, answerer, d, generate.Options{MaxNewTokens: tokens, Temperature: temperature, TopP: 0.95, Samples: 1, Seed: seed + uint64(i)})
		if err != nil {
			return d, err
		}
		d.Answers = append(d.Answers, answer)
	}
	mix := rand.New(rand.NewPCG(seed, 0))
	mix.Shuffle(len(d.Answers), func(i, j int) { d.Answers[i], d.Answers[j] = d.Answers[j], d.Answers[i] })
	return d, nil
}

// another draws an answer that is not empty and not there yet.
func another(ctx context.Context, answerer *dpocore.Answerer, d drawing, o generate.Options) (string, error) {
	const tries = 5
	for range tries {
		texts, err := answerer.Answer(ctx, userTurn(d.Prompt), o, nil)
		if err != nil {
			return "", err
		}
		answer := strings.TrimSpace(texts[0])
		if answer != "" && !slices.Contains(d.Answers, answer) {
			return answer, nil
		}
		o.Seed += uint64(len(temperatures))
		o.Temperature += 0.2
	}
	return "", errors.New("the model gives the same answer again and again, so there is nothing to rank; take a more open prompt")
}

// drawingsFile stands beside the file of pairs.
func drawingsFile(file string) string { return strings.TrimSuffix(file, ".jsonl") + ".answers.json" }

func readDrawings(file string) (list []drawing, err error) {
	raw, err := os.ReadFile(drawingsFile(file))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &list)
	}
	if err != nil {
		return nil, fmt.Errorf("read the answers to rank: %s: %w; delete that file to draw new ones", drawingsFile(file), err)
	}
	return list, nil
}

func writeDrawings(file string, list []drawing) error {
	raw, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return fmt.Errorf("keep the answers to rank: %w", err)
	}
	return atomicfile.WriteBytes(drawingsFile(file), append(raw, '\n'))
}
