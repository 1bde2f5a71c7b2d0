package model

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/config"
)

// SetDate sets the date that the chat template takes for the present, in a form of [config.ParseDate]; "" is the time of the
// call. Date is then the date that the template writes, as a run records it.
func (m *Model) SetDate(text string) error {
	date, err := config.ParseDate(text)
	if err != nil {
		return err
	}
	dated := m.Chat.At(date, text != "")
	m.Chat, m.Prompts.Date = dated, ""
	day, timeOfDay := dated.WritesDate()
	if !day {
		return nil
	}
	form := config.Day
	if timeOfDay {
		form = config.TimeOfDay
	}
	m.Prompts.Date = date.Format(form)
	recorded, err := config.ParseDate(m.Prompts.Date)
	m.Chat = m.Chat.At(recorded, text != "") // a resumed run knows no more than what is recorded
	return err
}

// compareDate notes that the run of an adapter had another date than the prompts that it gets here.
func (m *Model) compareDate(dir, date string) {
	if written := m.Prompts.Date; date != "" && written != "" && date != written && m.Note != nil {
		m.Note(fmt.Sprintf("The chat template wrote the date %s when the adapter %s was trained; here it writes %s.", date, dir, written))
	}
}
