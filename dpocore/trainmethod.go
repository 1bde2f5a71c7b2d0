package dpocore

import (
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/train"
)

import "context"

// Train is runJob.
func (m *model.Model) Train(ctx context.Context, dir string, c config.Config, data dataset.Data, listener train.Listener) error {
	return train.Run(ctx, train.Job{Model: m, Dir: dir, Config: c, Data: data, Listener: listener})
}
