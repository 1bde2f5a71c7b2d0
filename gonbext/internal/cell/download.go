package cell

import (
	"fmt"
	"os"
	"time"

	"github.com/janpfeifer/gonb/gonbui"

	"example.com/gonb-dpo/dpocore/hub"
	"example.com/gonb-dpo/gonbext/internal/output"
)

// downloadInterval is the minimum time between two updates of a download's progress.
const downloadInterval = time.Second

// DownloadProgress shows the progress of downloads in a separate output, which done clears. Without a download there
// is no output.
func DownloadProgress() (progress hub.Progress, done func()) {
	id, updated := "dpo-download-"+gonbui.UniqueId(), time.Time{}
	progress = func(file string, received, total int64) {
		if time.Since(updated) < downloadInterval {
			return
		}
		updated = time.Now()
		text := fmt.Sprintf("Downloading %s: %.1f of %.1f MB …", file, float64(received)/1e6, float64(total)/1e6)
		gonbui.UpdateHTML(id, string(output.Paragraph(text).HTML()))
		if !gonbui.IsNotebook {
			fmt.Fprintln(os.Stderr, text)
		}
	}
	return progress, func() {
		if !updated.IsZero() {
			gonbui.UpdateHTML(id, "")
		}
	}
}
