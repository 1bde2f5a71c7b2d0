package train

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/run"
)

// continueDate sets the date of a run that is in the folder already, unless another one is given: a resumed run has the prompts
// that it began with, also after midnight.
func (job *Job) continueDate() error {
	if job.Config.Date != "" || job.Config.Overwrite {
		return nil
	}
	record, _, err := run.ReadRecord(job.Dir)
	job.Config.Date = record.Config.Date
	return err
}

// dateNotes says which date the chat template writes, or that it writes none although one is given.
func dateNotes(given, written string) []string {
	switch {
	case written != "":
		return []string{fmt.Sprintf("The chat template writes the date into each prompt: %s in this run, also when it is resumed (--date sets another).", written)}
	case given != "":
		return []string{fmt.Sprintf("The chat template writes no date, so the date %s has no effect.", given)}
	}
	return nil
}
