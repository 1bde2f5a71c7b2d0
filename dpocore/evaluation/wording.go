package evaluation

import (
	"math"

	"example.com/gonb-dpo/dpocore/statistics"
)

// PlainText says what a run has forgotten: how well the model still foresees text that has nothing to do with the pairs.
// Perplexity is e to the mean surprise of a token; 1 would be a text known by heart.
type PlainText struct {
	Source string  `json:"source"`
	Tokens int     `json:"tokens"`
	Before float64 `json:"before"` // perplexity of the model without the adapter
	After  float64 `json:"after"`

	// Factor is After by Before: 1.1 is a tenth more choices at every token.
	Factor statistics.Estimate `json:"factor"`
}

// A Passage is a piece of plain text: its tokens, and the sum of their log-probabilities without and with the adapter.
type Passage struct {
	Tokens        int
	Before, After float64
}

// PlainTextOf sums up a text's passages.
func PlainTextOf(source string, passages []Passage) PlainText {
	p := PlainText{Source: source}
	before, after := 0.0, 0.0
	var groups []int
	var changes, tokens []float64
	for i, passage := range passages {
		p.Tokens += passage.Tokens
		before, after = before+passage.Before, after+passage.After
		groups = append(groups, i)
		changes, tokens = append(changes, passage.Before-passage.After), append(tokens, float64(passage.Tokens))
	}
	p.Before, p.After = math.Exp(-before/float64(p.Tokens)), math.Exp(-after/float64(p.Tokens))
	rise := statistics.Ratio(groups, changes, tokens)
	p.Factor = statistics.Estimate{Value: math.Exp(rise.Value), Low: math.Exp(rise.Low), High: math.Exp(rise.High)}
	return p
}

// An Answer is what a model said.
type Answer struct {
	Text   string `json:"text"`
	Tokens int    `json:"tokens"`
	Ended  bool   `json:"ended"` // by itself, not by the greatest length
}

// Answered is a prompt with an answer of the base model and one of the run, drawn with the same seed.
type Answered struct {
	Prompt string `json:"prompt"`
	Base   Answer `json:"base"`
	Run    Answer `json:"run"`
}

// Wording is how sampled answers read beside the base model's.
type Wording struct {
	MaxNewTokens int        `json:"max_new_tokens"`
	Base         Habits     `json:"base"`
	Run          Habits     `json:"run"`
	Change       Changes    `json:"change"`
	Answers      []Answered `json:"answers"`
}

// Habits are means over answers.
type Habits struct {
	Tokens     float64 `json:"tokens"`
	Ended      float64 `json:"ended"`      // share that ended by itself
	Repetition float64 `json:"repetition"` // see statistics.Repetition
}

// Changes are the run's habits less the base's.
type Changes struct {
	Tokens     statistics.Estimate `json:"tokens"`
	Ended      statistics.Estimate `json:"ended"`
	Repetition statistics.Estimate `json:"repetition"`
}

// WordingOf sums up answers; those to one prompt count as one witness. There must be at least one.
func WordingOf(answers []Answered, maxNewTokens int) Wording {
	w := Wording{MaxNewTokens: maxNewTokens, Answers: answers}
	numbers := map[string]int{}
	var groups []int
	for _, a := range answers {
		if _, known := numbers[a.Prompt]; !known {
			numbers[a.Prompt] = len(numbers)
		}
		groups = append(groups, numbers[a.Prompt])
	}
	for _, habit := range []struct {
		of        func(Answer) float64
		base, run *float64
		change    *statistics.Estimate
	}{
		{func(a Answer) float64 { return float64(a.Tokens) }, &w.Base.Tokens, &w.Run.Tokens, &w.Change.Tokens},
		{func(a Answer) float64 { return asNumber(a.Ended) }, &w.Base.Ended, &w.Run.Ended, &w.Change.Ended},
		{func(a Answer) float64 { return statistics.Repetition(a.Text) }, &w.Base.Repetition, &w.Run.Repetition, &w.Change.Repetition},
	} {
		differences := make([]float64, len(answers))
		for i, a := range answers {
			base, run := habit.of(a.Base), habit.of(a.Run)
			*habit.base += base / float64(len(answers))
			*habit.run += run / float64(len(answers))
			differences[i] = run - base
		}
		*habit.change = statistics.Mean(groups, differences)
	}
	return w
}

func asNumber(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
