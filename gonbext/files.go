package gonbext

import (
	"context"

	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/open"
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

// Model describes the model that the cells train: the installed one, or that in the environment variable DPO_MODEL, which is a folder,
// a GGUF file or a name on the Hugging Face hub. A model of an unknown family is an error. No weights are loaded.
func Model() {
	cell.Run(func(context.Context) error {
		model, err := open.BaseModel()
		if err != nil {
			return err
		}
		shown, err := views.Model(model)
		if err == nil {
			cell.Show(shown)
		}
		return err
	})
}
