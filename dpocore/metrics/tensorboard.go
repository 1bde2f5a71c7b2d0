package metrics

import (
	"encoding/json"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/dpocore/metrics/eventfile"
)

// EventsFile is TensorBoard's file in a run folder. Its name is of the form by which TensorBoard and programs that import its files
// find them.
const EventsFile = "events.out.tfevents.0.dpo"

// WriteEvents makes TensorBoard's file in a run folder hold what the logs hold: the metrics under the names that TRL's Trainer gives
// them there, such as "train/rewards/margins" and "eval/loss", and the settings as a text.
func WriteEvents(dir string, settings any) error {
	file, err := openEvents(dir, settings)
	if err != nil {
		return err
	}
	return file.Close()
}

// Report makes the log write to TensorBoard's file too, which begins with all that the log has.
func (l *Log) Report(dir string, settings any) (err error) {
	l.events, err = openEvents(dir, settings)
	return err
}

func openEvents(dir string, settings any) (*eventfile.File, error) {
	history, err := ReadHistory(dir)
	if err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(settings, "    ", "  ") // four blanks make it code in Markdown
	if err != nil {
		return nil, err
	}
	events := []eventfile.Event{{Texts: []eventfile.Text{{Tag: "args/text_summary", Text: "    " + string(text)}}}}
	for r := range history.rows {
		events = append(events, eventOf(r))
	}
	return eventfile.Open(filepath.Join(dir, EventsFile), events)
}

// eventOf is a step or an evaluation as TensorBoard has it. An evaluation leaves out the epoch, which its step has.
func eventOf(r row) eventfile.Event {
	e := eventfile.Event{Step: r.step()}
	group := map[string]string{"": "train/", evaluationPrefix: "eval/"}[r.prefix()]
	add := func(fields []field, suffix string) {
		for _, f := range present(fields) {
			name := strings.TrimPrefix(f.name, r.prefix())
			if name == "step" || name == "seconds" || name == "epoch" && r.prefix() != "" {
				continue
			}
			e.Scalars = append(e.Scalars, eventfile.Scalar{Tag: group + name + suffix, Value: f.value.float()})
		}
	}
	add(r.fields(), "")
	for _, o := range byName(*r.objectives()) {
		add(o.fields(), "/"+o.Name)
	}
	return e
}
