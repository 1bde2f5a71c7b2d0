package pairfile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/pairfile/conversation"
	"example.com/gonb-dpo/dpocore/preference/pairfile/layout"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
	"example.com/gonb-dpo/internal/wording"
)

// A collector makes pairs of the records of a file. It is a
// recordfile.Consumer.
type collector struct {
	set      *preference.Set
	mapping  layout.Mapping
	part     recordfile.Noun
	header   bool           // the file is a text table, whose first line names the columns
	layout   *layout.Layout // of the first record; nil before it
	form     *form          // of the first pair that is no tie; nil before it
	answers  conversation.Printing
	prompts  conversation.Printing
	rest     rest
	repeated int // pairs whose answers repeat turns of the prompt
	cut      int // pairs whose answers began with the text of the prompt, which was cut off
	weights  weights
	stray    int // pairs whose prompt is a text that is not in the answers' turns

	lists int // records with several rejected answers

	developers int // turns with the role developer
}

func (c *collector) Start(part recordfile.Noun) {
	c.part = part
	c.rest = rest{part: part, convert: layout.ConvertCommand(c.set.Source), drop: c.mapping.Drop, has: map[string]int{}, turns: map[string]int{}}
}

func (c *collector) finder(names []string, record recordfile.Fields) *layout.Finder {
	names = slices.DeleteFunc(slices.Clone(names), c.drops)
	return &layout.Finder{Names: names, Record: record, Part: c.part, Mapping: c.mapping, Source: c.set.Source, Convert: c.rest.convert}
}

func (c *collector) drops(name string) bool { return slices.Contains(c.mapping.Drop, name) }

// Header refuses a table without columns for both answers before any row is
// read.
func (c *collector) Header(names []string) error {
	c.header = true
	if err := c.finder(names, nil).CheckAnswers(); err != nil {
		return c.headerError(err)
	}
	return nil
}

// headerError is an error in the names of columns. In JSON each record has its
// own names, so this is for tables only.
func (c *collector) headerError(err error) error {
	if c.header {
		return fmt.Errorf(", line 1: %w", err)
	}
	return fmt.Errorf(": %w", err)
}

// Needs reports whether a column is used, or may be as long as the layout is
// unknown. Of a column that is refused if it has a value, the values are needed.
func (c *collector) Needs(name string) bool {
	if _, ok := refusal(name); ok || c.layout == nil && c.header {
		return true
	}
	if c.layout != nil {
		return c.layout.Uses(name) || c.layout.HasScores(name)
	}
	return c.mapping.Uses(name) || layout.IsKnown(name)
}

// IsRecord reports whether an object has one of the two answers.
func (c *collector) IsRecord(fields []string) bool { return c.finder(fields, nil).HasAnswer() }

func (c *collector) Cell(column, text string) (json.RawMessage, error) {
	switch {
	case c.header && column == "objective" && text == "":
		return json.RawMessage("null"), nil
	case c.header && column == "weight":
		return numberCell(text)
	}
	return json.Marshal(text)
}

// Add adds the pair of one record.
func (c *collector) Add(at recordfile.Place, record recordfile.Fields, names func() []string) error {
	for _, name := range c.mapping.Drop {
		delete(record, name)
	}
	if c.layout == nil {
		if err := c.setLayout(record, names()); err != nil && c.part == recordfile.Column {
			return c.headerError(err)
		} else if err != nil {
			return recordfile.ErrorAt(at, err)
		}
	}
	if err := c.addPairs(at, record); err != nil {
		return recordfile.ErrorAt(at, err)
	}
	return nil
}

// addPairs adds the pairs of a record, which are several if it has several rejected answers.
func (c *collector) addPairs(at recordfile.Place, record recordfile.Fields) error {
	if err := c.layout.Prepare(record); err != nil {
		return err
	}
	if err := c.rest.record(record, c.layout); err != nil {
		return err
	}
	columns, tie, err := c.layout.Answers(record)
	if err != nil {
		return err
	}
	if tie {
		c.add(at, preference.Pair{}, preference.Tie)
		return nil
	}
	if err := c.unprint(record, columns); err != nil {
		return err
	}
	good, single, err := c.layout.Thumb(record)
	switch {
	case err != nil:
		return err
	case single:
		return c.addSingle(at, record, good)
	}
	records, err := c.several(record, columns)
	if err != nil {
		return err
	}
	for _, one := range records {
		pair, reason, err := c.pair(at, one, columns)
		if err != nil {
			return err
		}
		if reason == "" {
			reason = c.weights.add(pair.Weight, !empty(record["weight"]))
		}
		c.add(at, pair, reason)
	}
	return nil
}

func (c *collector) add(at recordfile.Place, pair preference.Pair, reason string) {
	pair.Source, pair.Line, pair.Unit = c.set.Source, at.Number, at.Unit
	c.set.Add(pair, reason)
}

// setLayout takes the columns from the first record.
func (c *collector) setLayout(record recordfile.Fields, names []string) error {
	found, err := c.finder(names, record).Find()
	if err != nil {
		return err
	}
	c.layout, c.set.Columns, c.rest.names = &found, found.Columns, found.Unused
	return nil
}

// pair makes the pair of a record with one answer of each kind, or returns the reason why there is nothing to learn from it.
func (c *collector) pair(at recordfile.Place, record recordfile.Fields, columns preference.Columns) (pair preference.Pair, reason string, err error) {
	found, err := formOf(record, columns, c.part)
	if err != nil {
		return pair, "", err
	}
	if c.form == nil {
		found.at = at
		c.form = &found
	}
	if err := c.form.check(found); err != nil {
		return pair, "", err
	}
	if pair, reason, err = c.fromForm(record, found); err != nil || reason != "" {
		return pair, reason, err
	}
	if c.mapping.CutPrompt {
		c.cutPrompt(&pair)
	}
	return pair, "", c.before(record, &pair)
}

// cutPrompt cuts the prompt off both answers if they begin with it.
func (c *collector) cutPrompt(pair *preference.Pair) {
	prompt := strings.TrimSpace(pair.PromptText())
	chosen, inChosen := strings.CutPrefix(strings.TrimSpace(pair.Chosen), prompt)
	rejected, inRejected := strings.CutPrefix(strings.TrimSpace(pair.Rejected), prompt)
	if inChosen && inRejected {
		c.cut++
		pair.Chosen, pair.Rejected = strings.TrimSpace(chosen), strings.TrimSpace(rejected)
	}
}

// unprint replaces texts that hold turns as JSON by these turns.
func (c *collector) unprint(record recordfile.Fields, columns preference.Columns) error {
	if err := c.answers.Turns(record, c.part, columns.Chosen, columns.Rejected); err != nil {
		return err
	}
	if name := layout.PromptName(columns); record[name] != nil {
		return c.prompts.Turns(record, c.part, name)
	}
	return nil
}

// finish completes the set's columns and notes.
func (c *collector) finish() {
	c.set.Columns.Unused = c.rest.unused()
	c.set.Notes = c.rest.notes()
	if c.lists > 0 {
		c.set.Notes = append(c.set.Notes, fmt.Sprintf("in %s %q is a list of several answers, each of which makes a pair with the chosen one", wording.Count(c.lists, recordOf(c.part)), c.layout.Rejected))
	}
	if c.repeated > 0 {
		c.set.Notes = append(c.set.Notes, fmt.Sprintf("in %s the answers begin with turns of the prompt, which are read once", wording.Count(c.repeated, "pair")))
	}
	if c.cut > 0 {
		c.set.Notes = append(c.set.Notes, fmt.Sprintf("the prompt was cut off the answers of %s", wording.Count(c.cut, "pair")))
	}
	c.set.Notes = append(c.set.Notes, c.weights.notes()...)
	if c.developers > 0 {
		c.set.Notes = append(c.set.Notes, fmt.Sprintf("the role %q of %s is read as system", developer, wording.Count(c.developers, "turn")))
	}
	if c.stray > 0 {
		c.set.Notes = append(c.set.Notes, fmt.Sprintf("in %s %q is a text that is not among the turns before the answers, and is not used", wording.Count(c.stray, "pair"), c.layout.Prompt))
	}
}
