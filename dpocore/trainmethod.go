package dpocore

import "context"

// Train is runJob.
func (m *Model) Train(ctx context.Context, dir string, c Config, data Data, listener Listener) error {
	return runJob(ctx, Job{Model: m, Dir: dir, Config: c, Data: data, Listener: listener})
}
