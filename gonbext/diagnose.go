package gonbext

import (
	"context"

	"example.com/gonb-dpo/dpocore/diagnose"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/gonbext/internal/views"
)

// Diagnose looks for problems in a finished run: did it learn, are its answers still fluent, is it better than the base
// model. It reads the run's metrics, the answers that [Compare] saved, and the results of [Evaluate] and [Fluency].
func Diagnose(dir string) {
	cell.Run(func(context.Context) error {
		if _, err := open.FinishedRun(dir); err != nil {
			return err
		}
		run, err := diagnose.Read(dir)
		if err != nil {
			return err
		}
		cell.Show(views.Diagnosis{Diagnosis: run.Diagnose()})
		return nil
	})
}
