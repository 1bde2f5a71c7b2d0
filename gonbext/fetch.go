package gonbext

import (
	"fmt"
	"os"
	"time"

	"github.com/janpfeifer/gonb/gonbui"

	"example.com/gonb-dpo/dpocore/hub"
)

// fetchedAfter is the time between two looks at what is fetched.
const fetchedAfter = time.Second

// fetching tells a reader how much of a file has come from the hub, in an output of its own that done empties. Where
// nothing is fetched there is none.
func fetching() (progress hub.Progress, done func()) {
	id, told := "dpo-fetch-"+gonbui.UniqueId(), time.Time{}
	progress = func(file string, have, total int64) {
		if time.Since(told) < fetchedAfter {
			return
		}
		told = time.Now()
		text := fmt.Sprintf("Fetching %s: %.1f of %.1f MB …", file, float64(have)/1e6, float64(total)/1e6)
		gonbui.UpdateHTML(id, string(paragraph(text).HTML()))
		if !gonbui.IsNotebook {
			fmt.Fprintln(os.Stderr, text)
		}
	}
	return progress, func() {
		if !told.IsZero() {
			gonbui.UpdateHTML(id, "")
		}
	}
}
