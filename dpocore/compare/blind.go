package compare

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/ranking"
)

// baseAuthor is the author of answers without an adapter.
const baseAuthor = "base model"

// Blind makes a ballot of each prompt's answers, shuffled, for raters who don't see which model gave which. Equal answers
// are one entry with several authors, and empty answers are left out. A prompt with fewer than two different answers makes
// no ballot. notes describes what was left out.
func Blind(m *model.Model, runs []string, answers []Answers, o Options) (ballots []ranking.Candidates, notes []string, err error) {
	blank, err := blankBallot(m, runs, o)
	if err != nil {
		return nil, nil, fmt.Errorf("compare: %w", err)
	}
	authors := append([]string{baseAuthor}, runs...)
	agreed, empty := 0, 0
	for _, a := range answers {
		ballot := blank
		ballot.Prompt = a.Prompt
		for i, reply := range a.Replies {
			if !addToBallot(&ballot, reply, authors[i], o.Temperature) {
				empty++
			}
		}
		if len(ballot.Answers) < 2 {
			agreed++
			continue
		}
		shuffle(&ballot)
		if err := ballot.Identify(); err != nil {
			return nil, nil, fmt.Errorf("compare: %w", err)
		}
		ballots = append(ballots, ballot)
	}
	if agreed > 0 {
		notes = append(notes, fmt.Sprintf("%d of %d prompts have fewer than two different answers, so they make no ballot.", agreed, len(answers)))
	}
	if empty > 0 {
		notes = append(notes, fmt.Sprintf("%d empty answers are on no ballot.", empty))
	}
	return ballots, notes, nil
}

// blankBallot is a ballot without prompt and answers, with the models and options of the comparison.
func blankBallot(m *model.Model, runs []string, o Options) (ranking.Candidates, error) {
	ballot := ranking.Candidates{
		Drawn:    time.Now().UTC().Truncate(time.Second),
		Sampling: ranking.Sampling{MaxNewTokens: o.MaxNewTokens, TopP: 1, Seed: o.Seed},
	}
	adapters := make([]string, len(runs))
	for i, dir := range runs {
		if err := generate.SignDrawing(m, &ballot, dir); err != nil {
			return ballot, err
		}
		adapters[i] = ballot.Adapter
	}
	ballot.Adapter = strings.Join(adapters, ", ")
	return ballot, nil
}

// addToBallot adds a reply to a ballot; it returns false for an empty one.
func addToBallot(ballot *ranking.Candidates, reply Reply, author string, temperature float64) bool {
	text := strings.TrimSpace(reply.Text)
	if text == "" {
		return false
	}
	i := slices.IndexFunc(ballot.Answers, func(a ranking.Answer) bool { return a.Text == text })
	if i < 0 {
		i = len(ballot.Answers)
		ballot.Answers = append(ballot.Answers, ranking.Answer{Text: text, Temperature: temperature})
	}
	ballot.Answers[i].By = append(ballot.Answers[i].By, author)
	return true
}

// shuffle shuffles the answers of a ballot. The order depends on the prompt, the models and the answers alone, so the same
// comparison gives the same ballot.
func shuffle(ballot *ranking.Candidates) {
	sum := fnv.New64a()
	fmt.Fprint(sum, ballot.Prompt, ballot.Model, ballot.Adapter) // writing to a hash never fails
	for _, answer := range ballot.Answers {
		fmt.Fprint(sum, answer.Text)
	}
	random := rand.New(rand.NewPCG(sum.Sum64(), 1))
	random.Shuffle(len(ballot.Answers), func(i, j int) { ballot.Answers[i], ballot.Answers[j] = ballot.Answers[j], ballot.Answers[i] })
}
