package main

import (
	"context"
	"os"

	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/model"
)

// openModel opens a model by name, and shows the progress of downloads.
func openModel(ctx context.Context, name string) (*model.Model, error) {
	bar := newProgress(os.Stderr)
	defer bar.end()
	return model.Fetch(ctx, name, bar.fetching)
}

// fetchData reads pairs with dpocore.FetchData, and shows the progress of downloads.
func fetchData(ctx context.Context, train, eval string, fraction float64, seed int) (dataset.Data, error) {
	bar := newProgress(os.Stderr)
	defer bar.end()
	data, err := dataset.Fetch(ctx, train, eval, fraction, seed, bar.fetching)
	return data, badData(err)
}

// fetching shows how much of a file has been downloaded, in bytes.
func (p *progress) fetching(file string, done, total int64) {
	p.bar("%s: %.1f of %.1f MB", file, float64(done)/1e6, float64(total)/1e6)
}
