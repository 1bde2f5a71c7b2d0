// Command solutions solves the exercises of the notebooks. Read it after you have tried:
//
//	go run ./notebooks/solutions
package main

import (
	"math"

	"example.com/gonb-dpo/gonbext"
)

func main() {
	gonbext.CheckAnswer("1.1", 0.2*4-0.2*1)    // beta · (gain of chosen − gain of rejected)
	gonbext.CheckAnswer("1.2", -math.Log(0.5)) // the margin is 0, and σ(0) is 0.5
	gonbext.CheckAnswer("1.3", func(margin float64) float64 {
		return 1 / (1 + math.Exp(margin)) // d/dm −ln σ(m) = −σ(−m)
	})
	gonbext.CheckAnswer("2.1", 3+2)                       // 2 is better than three answers, 4 than two, 1 and 3 than none
	gonbext.CheckAnswer("2.2", 180.0/200)                 // the rule is right where the longer answer was chosen
	gonbext.CheckAnswer("3.1", 0.05*40/0.5)               // the margin, divided by the other beta
	gonbext.CheckAnswer("3.2", "can't tell")              // the intervals, 0.68 to 0.88 and 0.65 to 0.86, overlap
	gonbext.CheckAnswer("4.1", 1.0/(4+1+3))               // its part of the sum
	gonbext.CheckAnswer("4.2", 40*8*0.5/20)               // draws of the objective, per pair
	gonbext.CheckAnswer("5.1", 10*5*4/2)                  // each two of five answers, for ten prompts
	gonbext.CheckAnswer("5.2", -(2+3+5+3+4)/5.0)          // minus the mean length of a word
	gonbext.CheckAnswer("5.3", "hacking")                 // the judge's score is not what is wanted
	gonbext.CheckAnswer("6.1", math.Sqrt(0.8*(1-0.8)/60)) // the root of p·(1−p)/n
	gonbext.CheckAnswer("6.2", "labels")                  // swapped in training: what it learns is the opposite
	gonbext.CheckAnswer("7.1", 16*(576+1536))             // rank · (inputs + outputs)
	gonbext.CheckAnswer("7.2", 596*8.5/8)                 // 10⁶ weights · bits / 8
	gonbext.CheckAnswer("7.3", math.Exp(2))               // perplexity is e to the loss
	gonbext.CheckAnswer("8.1", 1/0.2)                     // the hinge is 0 from β · gap = 1 on
	gonbext.CheckAnswer("8.2", 30/(2*0.25))               // 1/(2β) for each of 30 tokens
	gonbext.CheckAnswer("8.3", "kto")                     // no two answers to one prompt
}
