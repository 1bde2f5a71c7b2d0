package config

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// Why a fork of a run keeps a setting.
const (
	ofAdapter = "the adapter in the checkpoint was trained with it"
	ofNumbers = "the optimizer's state in the checkpoint was computed with it"
	ofTokens  = "with another one the pairs would be other tokens than those of the steps before"
)

// CheckFork returns why a run with settings mine can't be a fork of one recorded with settings recorded, if it can't.
func CheckFork(mine, recorded Config) error {
	faults := []error{mine.Validate()}
	for _, row := range Settings {
		faults = append(faults, row.Fork(mine, recorded))
	}
	switch {
	case mine.FineTuning() != recorded.FineTuning():
		faults = append(faults, errors.New("a fork can't change between fine-tuning and preferences, whose data differ; train a new run that starts from the adapter (--init-adapter)"))
	case mine.Reward() != recorded.Reward():
		faults = append(faults, fmt.Errorf("the rewards of %s are other figures than those of %s, so that the run's curves would break at the fork; train a new run that starts from the adapter (--init-adapter)", lossTypeText(mine), lossTypeText(recorded)))
	}
	return errors.Join(faults...)
}

// Changes lists the settings in which two runs differ, such as "beta: 0.1 → 0.3".
func Changes(mine, recorded Config) (list []string) {
	for _, row := range Settings {
		if now, before := row.Print(mine), row.Print(recorded); now != before {
			list = append(list, fmt.Sprintf("%s: %s → %s", strings.ReplaceAll(row.Name(), "_", " "), cmp.Or(before, "none"), cmp.Or(now, "none")))
		}
	}
	return list
}
