// Package open opens the models, pairs and prompts named on the command line, and shows the progress of downloads.
package open

import (
	"context"
	"errors"
	"fmt"
	"os"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/terminal"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
)

// Model opens a model by name, and shows the progress of downloads.
func Model(ctx context.Context, name string) (*model.Model, error) {
	bar := terminal.NewBar(os.Stderr)
	defer bar.End()
	return model.Fetch(ctx, name, bar.Download)
}

// Base opens a model that adapters are used with; an adapter may be "". Without a name it is the model that the first of
// them was trained on. Prompts that are given win over those of that adapter's run, but for the date, which [Date] sets. Notes about
// adapters go to standard error.
func Base(ctx context.Context, name string, anyBase bool, prompts config.Prompts, adapters ...string) (*model.Model, error) {
	bar := terminal.NewBar(os.Stderr)
	defer bar.End()
	m, err := model.FetchBase(ctx, name, adapters, prompts.Undated(), bar.Download)
	if err != nil {
		return nil, err
	}
	m.AnyBase, m.Note = anyBase, bar.Note
	return m, nil
}

// Prompted opens a model by name for showing its prompts.
func Prompted(ctx context.Context, name string, prompts config.Prompts) (*model.Model, error) {
	m, err := Base(ctx, name, false, prompts)
	if err != nil {
		return nil, err
	}
	return m, Date(m, prompts.Date)
}

// Date sets the date that a model's chat template writes, if text is not "", and says which date it writes, if any.
func Date(m *model.Model, text string) error {
	if text != "" {
		if err := m.SetDate(text); err != nil {
			return exit.WrongUse(err)
		}
	}
	switch {
	case m.Prompts.Date != "":
		fmt.Fprintf(os.Stderr, "note: the chat template writes the date, here %s; --date sets another\n", m.Prompts.Date)
	case text != "":
		fmt.Fprintf(os.Stderr, "note: the chat template writes no date, so --date has no effect\n")
	}
	return nil
}

// Data reads pairs with dataset.Fetch, and shows the progress of downloads.
func Data(ctx context.Context, train, eval string, fraction float64, seed int) (dataset.Data, error) {
	bar := terminal.NewBar(os.Stderr)
	defer bar.End()
	data, err := dataset.Fetch(ctx, train, eval, fraction, seed, bar.Download)
	return data, exit.BadData(err)
}

// HeldOut returns a dataset's held-out pairs if it has any, and otherwise all pairs.
func HeldOut(ctx context.Context, name string) (*preference.Set, error) {
	data, err := Data(ctx, name, "", 0, 0)
	if data.HeldOut != nil {
		return data.HeldOut, err
	}
	return data.Train, err
}

// Pairs names the pairs of a run: the values of --data, --mix, --eval-data and --eval-fraction.
type Pairs struct {
	Data, Mix, EvalData string
	EvalFraction        float64
	Answers             string // dataset.OfRecords or OfPairs for single answers, "" for pairs
}

// Open reads the pairs, and shows the progress of downloads. The seed splits off the held-out fraction.
func (p Pairs) Open(ctx context.Context, seed int) (dataset.Data, error) {
	if !(p.EvalFraction >= 0 && p.EvalFraction < 1) {
		return dataset.Data{}, exit.WrongUse(fmt.Errorf("the held-out fraction is %g; it must be at least 0 and below 1", p.EvalFraction))
	}
	if p.Answers != "" {
		bar := terminal.NewBar(os.Stderr)
		defer bar.End()
		data, err := dataset.FetchAnswers(ctx, p.Answers, p.Data, p.EvalData, p.EvalFraction, seed, bar.Download)
		return data, exit.BadData(err)
	}
	data, err := Data(ctx, p.Data, p.EvalData, p.EvalFraction, seed)
	switch {
	case err != nil || p.Mix == "":
		return data, err
	case data.Mix == nil:
		return data, exit.WrongUse(errors.New("--mix needs weights in --data; write them as in helpfulness=0.5,harmlessness=0.5"))
	}
	data.Mix.By = p.Mix
	return data, exit.WrongUse(data.Mix.Validate())
}

// Prompts appends the prompts in a file, if it is not "", to a list.
func Prompts(prompts []string, file string) ([]string, error) {
	if file == "" {
		return prompts, nil
	}
	more, err := preference.ReadPrompts(file)
	return append(prompts, more...), err
}
