package judge

import (
	"fmt"
	"strconv"
)

// Question is a prompt with the answers to judge.
type Question struct {
	Prompt  string
	Answers []string
}

// Costly is a judge whose work costs something. It says beforehand how much, and afterwards how much it was.
type Costly interface {
	Judge
	Cost(questions []Question) Cost // an estimate, of which tokens are the rough part
	Used() Cost
}

// Cost is what calls over a network take.
type Cost struct {
	Calls   int `json:"calls"`
	Read    int `json:"prompt_tokens"`     // tokens that the model reads
	Written int `json:"completion_tokens"` // and those that it writes
}

// Plus adds two costs.
func (c Cost) Plus(other Cost) Cost {
	return Cost{c.Calls + other.Calls, c.Read + other.Read, c.Written + other.Written}
}

// String is the cost in words.
func (c Cost) String() string {
	return fmt.Sprintf("%s, %s tokens to read and %s to write", counted(c.Calls, "call"), grouped(c.Read), grouped(c.Written))
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}

// grouped writes a number with its thousands apart.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// charactersAToken is how many characters a token of English text has, about.
const charactersAToken = 4

func roughTokens(characters int) int { return (characters + charactersAToken - 1) / charactersAToken }
