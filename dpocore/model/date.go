package model

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/run"
)

// SetDate sets the date that the chat template takes for the present, in a form of [config.ParseDate]; "" is the time of the
// call. Date is then the date that the template writes, as a run records it.
func (m *Model) SetDate(text string) error {
	date, err := config.ParseDate(text)
	if err != nil {
		return err
	}
	dated := m.Chat.At(date, text != "")
	m.Chat, m.Date = dated, ""
	day, timeOfDay := dated.WritesDate()
	if !day {
		return nil
	}
	form := config.Day
	if timeOfDay {
		form = config.TimeOfDay
	}
	m.Date = date.Format(form)
	recorded, err := config.ParseDate(m.Date)
	m.Chat = m.Chat.At(recorded, text != "") // a resumed run knows no more than what is recorded
	return err
}

// SetDateOf sets the date to that of the run whose adapter is in the first of some folders, of which there may be none, and
// otherwise to the present: what is measured with an adapter has the prompts that the adapter was trained on.
func (m *Model) SetDateOf(adapters ...string) error {
	date := ""
	if len(adapters) > 0 && adapters[0] != "" {
		record, _, err := run.ReadRecord(adapters[0])
		if err != nil {
			return err
		}
		date = record.Config.Date
	}
	return m.SetDate(date)
}

// compareDate notes that the run of an adapter had another date than the prompts that it gets here.
func (m *Model) compareDate(dir, date string) {
	if date != "" && m.Date != "" && date != m.Date && m.Note != nil {
		m.Note(fmt.Sprintf("The chat template wrote the date %s when the adapter %s was trained; here it writes %s.", date, dir, m.Date))
	}
}
