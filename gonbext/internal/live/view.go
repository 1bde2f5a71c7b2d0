// Package live shows training while it runs: a run, a sweep, or rounds.
//
// Start with [New], which shows a run. [Progress] holds what is known of it; the views for a notebook and for text render
// it.
package live

import (
	"github.com/janpfeifer/gonb/gonbui"

	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/gonbext/internal/cell"
)

// View is a listener to close with the error that training returned. The last state stays visible.
type View interface {
	train.Listener
	Close(error)
}

// New shows the run in a folder: in a live output of a notebook, or as lines of text.
func New(dir string) View {
	if gonbui.IsNotebook {
		return newNotebookView(dir)
	}
	return &textView{out: cell.Stdout}
}
