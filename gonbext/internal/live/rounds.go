package live

import (
	"fmt"
	"html/template"
	"os"
	"path/filepath"

	"github.com/janpfeifer/gonb/gonbui"

	"example.com/gonb-dpo/dpocore/rounds"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/figure"
	"example.com/gonb-dpo/gonbext/internal/output"
)

// Rounds shows rounds of training: a status line between rounds, and a view of each round.
type Rounds struct {
	id, dir  string
	activity string
	run      string // folder of the current round
	view     View   // of the current round, nil between rounds
}

// NewRounds shows the rounds in a folder.
func NewRounds(dir string) *Rounds { return &Rounds{id: "dpo-rounds-" + gonbui.UniqueId(), dir: dir} }

// Note shows a note.
func (v *Rounds) Note(text string) { cell.Show(output.Box{Kind: output.Note, Message: text}) }

// Doing shows the progress of an activity between rounds.
func (v *Rounds) Progress(what string, done, total int) {
	v.endRound()
	v.put(output.Paragraph(fmt.Sprintf("%s, %d of %d …", output.Capitalize(what), done, total)).HTML())
	if !gonbui.IsNotebook && what != v.activity {
		fmt.Fprintln(os.Stderr, what, "…")
	}
	v.activity = what
}

// put replaces the status line.
func (v *Rounds) put(html template.HTML) { gonbui.UpdateHTML(v.id, string(html)) }

// Training starts a round.
func (v *Rounds) Training(round int, summary string) train.Listener {
	v.endRound()
	v.put("")
	cell.Show(output.Box{Kind: output.Done, Message: summary})
	v.run = filepath.Join(v.dir, fmt.Sprintf("round-%d", round))
	v.view = New(v.run)
	return v.view
}

// Checked is called with the scores of the check prompts, which the final table shows.
func (v *Rounds) Checked(rounds.Check) {}

func (v *Rounds) endRound() {
	if err := v.closeRound(nil); err != nil {
		v.Note(output.Sentence(err))
	}
}

// closeRound closes the view of the current round, and shows the run if it succeeded.
func (v *Rounds) closeRound(err error) error {
	if v.view == nil {
		return nil
	}
	v.view.Close(err)
	v.view = nil
	if err != nil {
		return nil
	}
	return figure.ShowRun(v.run)
}

// Close ends the last round, with the error that training returned, and clears the status line.
func (v *Rounds) Close(err error) error {
	closeErr := v.closeRound(err)
	v.put("")
	if err != nil {
		return err
	}
	return closeErr
}
