package judge

import (
	"fmt"

	"example.com/gonb-dpo/internal/wording"
)

// Question is a prompt with the answers to score.
type Question struct {
	Prompt  string
	Answers []string
}

// Costly is a judge whose calls cost money. It estimates the cost in advance and reports it afterwards.
type Costly interface {
	Judge
	Cost(questions []Question) Cost // an estimate; tokens are approximate
	Used() Cost
}

// Cost is the cost of calls to an endpoint.
type Cost struct {
	Calls   int `json:"calls"`
	Read    int `json:"prompt_tokens"`     // input tokens
	Written int `json:"completion_tokens"` // output tokens
}

// Plus returns the sum of two costs.
func (c Cost) Plus(other Cost) Cost {
	return Cost{c.Calls + other.Calls, c.Read + other.Read, c.Written + other.Written}
}

// String returns the cost as a phrase.
func (c Cost) String() string {
	return fmt.Sprintf("%s, %s input tokens and %s output tokens", wording.Count(c.Calls, "call"), wording.Thousands(c.Read), wording.Thousands(c.Written))
}

// charactersPerToken is about the average in English text.
const charactersPerToken = 4

func roughTokens(characters int) int {
	return (characters + charactersPerToken - 1) / charactersPerToken
}
