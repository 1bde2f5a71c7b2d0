package gonbext

import (
	"fmt"
	"html/template"
	"os"
	"path/filepath"

	"github.com/janpfeifer/gonb/gonbui"

	"example.com/gonb-dpo/dpocore/rounds"
	"example.com/gonb-dpo/dpocore/train"
)

// roundsView shows rounds: a line on what goes on between them, and each round's training in its own view.
type roundsView struct {
	id, dir string
	doing   string
	run     string // of the round under way
	view    view   // its view, nil between rounds
}

// limit shortens the rounds as the environment asks.
func (v *roundsView) limit(c *rounds.Config) error {
	steps, err := limit(maxStepsEnv, c.Train.MaxSteps)
	if err != nil {
		return err
	}
	tokens, err := limit(maxTokensEnv, c.MaxTokens)
	if err != nil {
		return err
	}
	if steps < c.Train.MaxSteps || tokens < c.MaxTokens {
		c.Train.MaxSteps, c.MaxTokens = min(steps, c.Train.MaxSteps), min(tokens, c.MaxTokens)
		v.Note(fmt.Sprintf("Only %d steps a round and answers of %d tokens, as the environment asks: enough to try the notebook, too few to learn much.", c.Train.MaxSteps, c.MaxTokens))
	}
	return nil
}

func (v *roundsView) Note(text string) { show(box{noteBox, text}) }

func (v *roundsView) Doing(what string, done, total int) {
	if err := v.close(nil); err != nil {
		v.Note(sentence(err))
	}
	v.put(paragraph(fmt.Sprintf("%s, %d of %d …", capital(what), done, total)).HTML())
	if !gonbui.IsNotebook && what != v.doing {
		fmt.Fprintln(os.Stderr, what, "…")
	}
	v.doing = what
}

// put replaces the line on what goes on.
func (v *roundsView) put(html template.HTML) { gonbui.UpdateHTML(v.id, string(html)) }

func (v *roundsView) Training(round int, says string) train.Listener {
	if err := v.close(nil); err != nil {
		v.Note(sentence(err))
	}
	v.put("")
	show(box{doneBox, says})
	v.run = filepath.Join(v.dir, fmt.Sprintf("round-%d", round))
	v.view = newView(v.run)
	return v.view
}

func (v *roundsView) Checked(rounds.Check) {}

// close ends the view of a round, and draws it where it has ended well.
func (v *roundsView) close(err error) error {
	if v.view == nil {
		return nil
	}
	v.view.Close(err)
	v.view = nil
	if err != nil {
		return nil
	}
	return drawRun(v.run)
}
