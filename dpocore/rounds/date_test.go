package rounds_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/rounds"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// datedJudge is a judge that receives the date.
type datedJudge struct {
	judge.Judge
	date *string
}

func (j datedJudge) SetDate(date string) error { *j.date = date; return nil }

// TestRoundsKeepTheirDate: a round that follows on another day has the date of the first one, as do its answers and the judge.
func TestRoundsKeepTheirDate(t *testing.T) {
	cachetest.Own(t)
	path := tinymodel.WriteTemplate(t, tinymodel.Daily)
	dir := filepath.Join(t.TempDir(), "rounds")
	c, data, prompts := shortRounds(t, rounds.ReferencePrevious)
	prompts.Check = nil
	trained := func(number int, date string) (judged string, err error) {
		m, err := model.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		c.Rounds, c.Train.MaxSteps, c.Train.Date = number, 1, date
		_, err = rounds.Run(context.Background(), m, dir, c, data, prompts, datedJudge{vowels(new(int)), &judged}, &roundsListener{})
		return judged, err
	}
	if _, err := trained(1, "2020-01-31"); err != nil {
		t.Fatal(err)
	}
	if judged, err := trained(2, ""); err != nil || judged != "2020-01-31" {
		t.Errorf("the judge's date is %q, %v", judged, err)
	}
	if record, _, err := run.ReadRecord(filepath.Join(dir, "round-2")); err != nil || record.Config.Date != "2020-01-31" {
		t.Errorf("the date of round 2 is %q, %v", record.Config.Date, err)
	}
	if _, err := trained(2, "2020-02-01"); err == nil || !strings.Contains(err.Error(), "their date is 2020-01-31, not 2020-02-01") {
		t.Errorf("another date: %v", err)
	}
}
