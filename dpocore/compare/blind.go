package compare

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/model"
)

// baseAuthor is who gave an answer without an adapter.
const baseAuthor = "base model"

// Blind makes ballots of a comparison's answers: to each prompt the answers in a mixed order, for raters who don't see
// whose they are. What several models say word for word is one answer. Prompts to which all say the same make no ballot,
// and an answer without words is on none; notes say so.
func Blind(m *model.Model, runs []string, answers []Answers, o Options) (ballots []ranking.Candidates, notes []string, err error) {
	adapters := make([]string, len(runs))
	var model string
	for i, dir := range runs {
		var signed ranking.Candidates
		if err := generate.Sign(m, &signed, dir); err != nil {
			return nil, nil, fmt.Errorf("compare: %w", err)
		}
		model, adapters[i] = signed.Model, signed.Adapter
	}
	agreed, mute := 0, 0
	for _, a := range answers {
		d := ranking.Candidates{
			Prompt: a.Prompt, Model: model, Adapter: strings.Join(adapters, ", "), Drawn: time.Now().UTC().Truncate(time.Second),
			Sampling: ranking.Sampling{MaxNewTokens: o.MaxNewTokens, TopP: 1, Seed: o.Seed},
		}
		for i, said := range a.Said {
			if !putOn(&d, said, append([]string{baseAuthor}, runs...)[i], o.Temperature) {
				mute++
			}
		}
		if len(d.Answers) < 2 {
			agreed++
			continue
		}
		shuffle(&d)
		if err := d.Identify(); err != nil {
			return nil, nil, fmt.Errorf("compare: %w", err)
		}
		ballots = append(ballots, d)
	}
	if agreed > 0 {
		notes = append(notes, fmt.Sprintf("To %d of %d prompts there are no two different answers, so there is nothing to choose.", agreed, len(answers)))
	}
	if mute > 0 {
		notes = append(notes, fmt.Sprintf("Answers without words, which are on no ballot: %d.", mute))
	}
	return ballots, notes, nil
}

// putOn puts what a model says on a ballot; false where it says nothing.
func putOn(d *ranking.Candidates, said Said, by string, temperature float64) bool {
	text := strings.TrimSpace(said.Text)
	if text == "" {
		return false
	}
	at := slices.IndexFunc(d.Answers, func(a ranking.Answer) bool { return a.Text == text })
	if at < 0 {
		at = len(d.Answers)
		d.Answers = append(d.Answers, ranking.Answer{Text: text, Temperature: temperature})
	}
	d.Answers[at].By = append(d.Answers[at].By, by)
	return true
}

// shuffle mixes the answers, so that their places tell nothing: another comparison of the same prompt has other ones.
func shuffle(d *ranking.Candidates) {
	sum := fnv.New64a()
	fmt.Fprint(sum, d.Prompt, d.Model, d.Adapter) // a hash never fails to take bytes
	for _, answer := range d.Answers {
		fmt.Fprint(sum, answer.Text)
	}
	mix := rand.New(rand.NewPCG(sum.Sum64(), 1))
	mix.Shuffle(len(d.Answers), func(i, j int) { d.Answers[i], d.Answers[j] = d.Answers[j], d.Answers[i] })
}
