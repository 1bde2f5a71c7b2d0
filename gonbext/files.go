package gonbext

import (
	"context"

	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/views"
)

// Files lists the files in the folder of a run or a merged model, with their sizes and purposes.
func Files(dir string) {
	cell.Run(func(context.Context) error {
		t, err := views.Files(dir)
		if err != nil {
			return err
		}
		cell.Show(t)
		return nil
	})
}
