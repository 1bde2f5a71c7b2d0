package sweepview

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/sweep/betastudy"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/figure"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/plots"
)

// Study shows the recorded study of beta, or the frontier of sweeps in folders over its own.
func Study(own ...string) error {
	study, err := betastudy.Read()
	if err != nil {
		return err
	}
	yours, err := settingsIn(own)
	if err != nil {
		return err
	}
	settings := append(study.InGrid(), yours...)
	const folder = "beta_study"
	frontier := plots.Frontier(settings)
	if len(own) > 0 {
		return figure.Show(frontier, folder)
	}
	cell.Show(output.Stack{
		output.Table{Caption: fmt.Sprintf("Recorded: %d betas, %d seeds each", len(settings), settings[0].Seeds), Columns: study.Columns(), Rows: study.Record.Table()},
		output.Paragraph(sweep.ColumnHelp),
	})
	for _, f := range []plots.Figure{frontier, plots.Effects(settings)} {
		if err := figure.Show(f, folder); err != nil {
			return err
		}
	}
	columns, rows := study.Table()
	cell.Show(output.Stack{
		output.Table{Caption: "Sampled answers", Columns: columns, Rows: rows},
		output.Box{Kind: output.Done, Message: study.Summary},
	})
	return nil
}

// settingsIn reads the settings of finished sweeps, named as the reader's, by their folders if there are several.
func settingsIn(folders []string) (settings []sweep.Setting, err error) {
	for _, dir := range folders {
		record, exists, err := sweep.Read(dir)
		if err != nil {
			return nil, err
		}
		if !exists || len(record.Settings) == 0 {
			return nil, fmt.Errorf("%s has no finished sweep; run the cell of the sweep first", dir)
		}
		whose := "yours"
		if len(folders) > 1 {
			whose = dir
		}
		for _, s := range record.InGrid() {
			s.Name = whose + ": " + s.Name
			settings = append(settings, s)
		}
	}
	return settings, nil
}
