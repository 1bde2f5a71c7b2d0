// Package betastudy has the record of a sweep of beta on the built-in pairs that takes an hour, so that a notebook shows it at once.
// docs/beta.md tells of it and names the command; dev/betastudy writes its file from the runs.
package betastudy

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"example.com/gonb-dpo/dpocore/sweep"
)

//go:embed study.json
var file []byte

// Study is study.json.
type Study struct {
	sweep.Record
	Answered []Answered `json:"answered"`
}

// Answered is a prompt with an answer of the base model and of each setting's run with the first seed.
type Answered struct {
	Prompt  string            `json:"prompt"`
	Base    string            `json:"base"`
	Answers map[string]string `json:"answers"` // by the name of a setting, such as "beta-0.1"
}

// Read returns the study.
func Read() (study Study, err error) {
	if err = json.Unmarshal(file, &study); err != nil {
		err = fmt.Errorf("read the study of beta: %w", err)
	}
	return study, err
}

// Table is a column for the setting's name, and one for each prompt, with the base model in the first row and the settings in the
// order of the grid below.
func (s Study) Table() (columns []string, rows [][]string) {
	columns, base := []string{"setting"}, []string{"base model"}
	for _, a := range s.Answered {
		columns, base = append(columns, a.Prompt), append(base, a.Base)
	}
	rows = append(rows, base)
	for _, setting := range s.InGrid() {
		row := []string{setting.Name}
		for _, a := range s.Answered {
			row = append(row, a.Answers[setting.Name])
		}
		rows = append(rows, row)
	}
	return columns, rows
}
