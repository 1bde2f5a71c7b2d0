package evaluation

import (
	"math"

	"example.com/gonb-dpo/dpocore/evaluation/statistics"
)

// PlainText is the change in perplexity on text that is unrelated to the pairs. Perplexity is the exponential of the mean
// negative log-probability per token; 1 means that every token was predicted with certainty.
type PlainText struct {
	Source string  `json:"source"`
	Tokens int     `json:"tokens"`
	Before float64 `json:"before"` // perplexity without the adapter
	After  float64 `json:"after"`  // perplexity with the adapter

	Factor statistics.Estimate `json:"factor"` // After / Before
}

// A Passage is a piece of plain text: its tokens, and the sum of their log-probabilities without and with the adapter.
type Passage struct {
	Tokens        int
	Before, After float64
}

// SummarizePlainText computes the perplexities over all passages. The interval of their ratio is over passages.
func SummarizePlainText(source string, passages []Passage) PlainText {
	p := PlainText{Source: source}
	before, after := 0.0, 0.0
	var groups []int
	var losses, tokens []float64
	for i, passage := range passages {
		p.Tokens += passage.Tokens
		before, after = before+passage.Before, after+passage.After
		groups = append(groups, i)
		losses, tokens = append(losses, passage.Before-passage.After), append(tokens, float64(passage.Tokens))
	}
	p.Before, p.After = math.Exp(-before/float64(p.Tokens)), math.Exp(-after/float64(p.Tokens))
	logRatio := statistics.Ratio(groups, losses, tokens)
	p.Factor = statistics.Estimate{Value: math.Exp(logRatio.Value), Low: math.Exp(logRatio.Low), High: math.Exp(logRatio.High)}
	return p
}
