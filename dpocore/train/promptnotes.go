package train

import "example.com/gonb-dpo/dpocore/run"

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
