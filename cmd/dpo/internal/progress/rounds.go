package progress

import (
	"fmt"
	"os"

	"example.com/gonb-dpo/dpocore/rounds"
	"example.com/gonb-dpo/dpocore/train"
)

// Rounds shows the progress of rounds, and of the run in each.
type Rounds struct {
	*Listener
	doing string
}

// NewRounds returns a listener that writes to a file such as os.Stderr.
func NewRounds(file *os.File) *Rounds { return &Rounds{Listener: NewListener(file)} }

func (p *Rounds) Progress(what string, done, total int) {
	p.Show("%s, %d of %d …", what, done, total)
	if !p.IsTerminal() && what != p.doing && done < total {
		p.Line("%s …", what)
	}
	p.doing = what
}

func (p *Rounds) Training(_ int, summary string) train.Listener {
	p.Line("%s", summary)
	*p.Listener = Listener{Bar: p.Bar}
	return p.Listener
}

func (p *Rounds) Checked(c rounds.Check) { p.Line("%s", CheckLine(c)) }

// CheckLine describes the scores of a model on the check prompts.
func CheckLine(c rounds.Check) string {
	who := fmt.Sprintf("the model of round %d", c.Round)
	if c.Round == 0 {
		who = "the first model"
	}
	line := fmt.Sprintf("%s: a mean score of %.3g over %d answers, of which %.0f %% ended by themselves", who, c.Score, c.Answers, 100*c.Ended)
	if c.Change != nil {
		line += "; changed by " + c.ChangeLine() + ", 95 % interval"
	}
	return line
}
