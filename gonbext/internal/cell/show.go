package cell

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"

	"example.com/gonb-dpo/gonbext/internal/output"
)

// Stdout receives the text of everything that is shown outside a notebook. Tests replace it.
var Stdout io.Writer = os.Stdout

// Show adds an output to the cell.
func Show(c output.Content) {
	if gonbui.IsNotebook {
		gonbui.DisplayHTML(string(c.HTML()))
		return
	}
	fmt.Fprintln(Stdout, strings.TrimRight(c.Text(), "\n"))
}
