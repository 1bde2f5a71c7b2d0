// Package layout finds out which columns of a file are what, by their names and the first record, or by what the user says.
package layout

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/pairfile/conversation"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
	"example.com/gonb-dpo/internal/wording"
)

// A Layout says which columns of a file are what.
type Layout struct {
	preference.Columns // as they are shown; with a label the answers differ from record to record
	System, History    string
	late               []string // roles of fields that would be used if the first record had them
	part               recordfile.Noun
	lifted             []string  // paths into fields
	joined             []string  // columns that make the prompt together
	label              *label    // which of two answers is chosen; nil if the columns are named so
	thumb              *thumb    // whether the one answer of a record is good; nil if there are two
	scores             [2]string // columns with scores of chosen and rejected
}

// Uses reports whether a column belongs to the pair.
func (l *Layout) Uses(name string) bool {
	switch name {
	case "":
		return false
	case l.Prompt, l.Chosen, l.Rejected, l.System, l.History, "objective", "weight":
		return true
	}
	return slices.Contains(l.joined, name) || l.label != nil && l.label.uses(name) || l.thumb != nil && l.thumb.column == name ||
		slices.ContainsFunc(l.lifted, func(path string) bool { return base(path) == name || path == name })
}

// A Finder finds the layout of a file.
type Finder struct {
	Names   []string          // of the columns
	Record  recordfile.Fields // the first one; nil before any is read
	Part    recordfile.Noun
	Mapping Mapping
	Source  string // the file
	Convert string // the command to which errors add flags
}

// Find finds all columns.
func (r *Finder) Find() (l Layout, err error) {
	l.part = r.Part
	if err = r.answers(&l); err != nil {
		return l, err
	}
	if err = r.prompt(&l); err != nil {
		return l, err
	}
	if l.System, err = r.pick("system"); err != nil {
		return l, err
	}
	if slices.Contains(r.Names, "history") && l.Prompt != "history" && !slices.Contains(l.joined, "history") {
		l.History = "history"
	}
	for _, name := range []string{"objective", "weight"} {
		if err := once(r.Names, name, r.Part); err != nil {
			return l, err
		}
	}
	for _, path := range r.Mapping.paths() {
		if base(path) != path && !slices.Contains(r.Names, path) {
			l.lifted = append(l.lifted, path)
		}
		if !slices.Contains(r.Names, path) && !slices.Contains(r.Names, base(path)) {
			return l, fmt.Errorf("there is no %s %q; the %ss are %s", r.Part, path, r.Part, wording.Names(r.Names))
		}
	}
	l.scores = scoreColumns(r.Names)
	l.tell(r.Names)
	r.later(&l)
	return l, nil
}

// later names the fields that lines may have although the first one does not.
func (r *Finder) later(l *Layout) {
	if r.Part != recordfile.Field {
		return
	}
	for name, column := range map[string]*string{"system": &l.System, "history": &l.History} {
		if *column == "" && !l.Uses(name) && !slices.Contains(r.Mapping.Drop, name) {
			*column, l.late = name, append(l.late, name)
		}
	}
	if l.Prompt == "instruction" && len(r.Mapping.Prompt) == 0 && recordfile.KindOf(r.Record["instruction"]) == "a string" && !slices.Contains(r.Mapping.Drop, "input") {
		l.late = append(l.late, "input")
	}
}

// IsLate reports whether a field would be used if the first record had it.
func (l *Layout) IsLate(name string) bool {
	return slices.ContainsFunc(l.late, func(role string) bool { return name == role || len(named([]string{name}, role)) > 0 })
}

// tell lists what the other columns are used for, and those that are not used.
func (l *Layout) tell(names []string) {
	if l.System != "" {
		l.Also = append(l.Also, l.System+" is the system turn")
	}
	if l.History != "" {
		l.Also = append(l.Also, l.History+" has the turns before it")
	}
	for _, name := range names {
		if !l.Uses(name) {
			l.Unused = append(l.Unused, name)
		}
	}
}

// answers finds the columns of the two answers.
func (r *Finder) answers(l *Layout) (err error) {
	if r.Mapping.Label != "" {
		l.label, err = parseLabel(r.Mapping.Label)
	} else if l.Chosen, l.Rejected, err = r.named(); err == nil && (l.Chosen == "" || l.Rejected == "") {
		l.label, err = r.findLabel()
	}
	if err != nil {
		return err
	}
	if l.label != nil {
		l.Chosen, l.Rejected = l.label.sides()
		return nil
	}
	if l.Chosen == "" && l.Rejected == "" {
		if answer, thumb, err := r.findThumb(); err != nil || thumb != nil {
			if thumb != nil {
				l.setThumb(answer, thumb)
			}
			return err
		}
	}
	if l.Chosen == "" || l.Rejected == "" {
		return r.incomplete(l.Columns)
	}
	return nil
}

// CheckAnswers returns an error unless there are columns of two answers.
func (r *Finder) CheckAnswers() error { return r.answers(new(Layout)) }

// HasAnswer reports whether a record with these names holds an answer.
func (r *Finder) HasAnswer() bool {
	chosen, rejected, err := r.named()
	_, _, unlabelled := answerPair(r.Names)
	_, thumb, _ := r.findThumb()
	return chosen != "" || rejected != "" || err != nil || unlabelled || thumb != nil
}

// named finds the columns of the answers by their names; "" if there is none.
func (r *Finder) named() (chosen, rejected string, err error) {
	if chosen, err = r.pick("chosen"); err != nil {
		return "", "", err
	}
	rejected, err = r.pick("rejected")
	return chosen, rejected, err
}

// prompt finds the prompt, unless both answers have it.
func (r *Finder) prompt(l *Layout) (err error) {
	if len(r.Mapping.Prompt) > 1 {
		l.joined = r.Mapping.Prompt
	} else if len(r.Mapping.Prompt) == 0 && r.alpaca() {
		l.joined = []string{"instruction", "input"}
	}
	if len(l.joined) > 0 {
		l.Prompt = strings.Join(l.joined, " + ")
		return nil
	}
	answer := r.Record[l.Chosen]
	if l.label != nil {
		answer = r.Record[l.label.answers[0].column]
	}
	if len(r.Mapping.Prompt) == 0 && !slices.Contains(r.Names, "prompt") && holdsPrompt(answer) {
		return nil
	}
	if l.Prompt, err = r.pick("prompt"); err != nil {
		return err
	}
	if member(r.Record[l.Prompt], "messages", "") != nil { // OpenAI's input
		l.Prompt += ".messages"
		l.lifted = append(l.lifted, l.Prompt)
	}
	if l.Prompt == "" {
		if near, meant := nearest("prompt", others(l.Columns, r.Names)); near != "" {
			return fmt.Errorf("no %s is named \"prompt\"; %q: did you mean %q? rename it, or remove it if both answers begin with the prompt", r.Part, near, meant)
		}
		return r.checkNoPrompt(l)
	}
	return nil
}

// alpaca reports whether the prompt is in two columns, as in Alpaca's data.
func (r *Finder) alpaca() bool {
	if slices.Contains(r.Names, "prompt") {
		return false
	}
	for _, name := range []string{"instruction", "input"} {
		if kind := recordfile.KindOf(r.Record[name]); kind != "a string" && kind != "null" {
			return false
		}
	}
	return true
}

// pick returns the column for a role, or "".
func (r *Finder) pick(role string) (string, error) {
	if given := r.Mapping.column(role); given != "" {
		return given, once(r.Names, given, r.Part)
	}
	if slices.Contains(r.Names, role) {
		return role, once(r.Names, role, r.Part)
	}
	candidates := named(r.Names, role)
	switch len(candidates) {
	case 0:
		return "", nil
	case 1:
		return candidates[0], nil
	}
	if candidates[0] == candidates[1] {
		return "", once(r.Names, candidates[0], r.Part)
	}
	var flags []string
	for _, name := range candidates {
		flags = append(flags, "--"+role+" "+Argument(name))
	}
	return "", fmt.Errorf("the %ss %s could each be %q; say which one it is: %s %s", r.Part, wording.And(wording.Quote(candidates)), role,
		r.Convert, wording.Or(flags))
}

// named returns the columns with one of a role's names.
func named(names []string, role string) (list []string) {
	for _, name := range names {
		if plain := PlainName(name); plain == role || slices.Contains(otherNames[role], plain) {
			list = append(list, name)
		}
	}
	return list
}

// once refuses a second column with the same name.
func once(names []string, name string, part recordfile.Noun) error {
	if at := slices.Index(names, name); at >= 0 && slices.Contains(names[at+1:], name) {
		return fmt.Errorf("two %ss are named %q; rename or remove one", part, name)
	}
	return nil
}

// holdsPrompt reports whether an answer is a whole conversation, which includes
// the prompt.
func holdsPrompt(answer json.RawMessage) bool {
	if recordfile.KindOf(answer) == "a string" && conversation.IsTranscript(conversation.Beginning(answer)) {
		return true
	}
	if text := conversation.Opening(answer); conversation.IsTurns(text) {
		answer = json.RawMessage(text)
	}
	var list []json.RawMessage
	return json.Unmarshal(answer, &list) == nil && len(list) > 1
}

// PromptName returns the name under which a record may have a prompt.
func PromptName(c preference.Columns) string { return cmp.Or(c.Prompt, "prompt") }

// others returns the names that have no role.
func others(c preference.Columns, names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return name == c.Prompt || name == c.Chosen || name == c.Rejected
	})
}

// incomplete is the error of missing columns. It names those that exist, those
// that are needed, and suggests what a misspelled name may mean.
func (r *Finder) incomplete(c preference.Columns) error {
	var missing, hints []string
	for role, have := range map[string]string{"chosen": c.Chosen, "rejected": c.Rejected} {
		if have == "" {
			missing = append(missing, role)
		}
	}
	slices.Sort(missing)
	rest := others(c, r.Names)
	for _, role := range missing {
		if near, meant := nearest(role, rest); near != "" {
			hints = append(hints, fmt.Sprintf("%q: did you mean %q?", near, meant))
		}
	}
	advice := fmt.Sprintf("say which %ss hold the better and the worse answer: %s --chosen BETTER --rejected WORSE", r.Part, r.Convert)
	if len(hints) > 0 {
		advice = strings.Join(hints, " ") + " rename it"
	}
	if r.Part == recordfile.Column && r.Record == nil {
		advice += " (the first line must name the columns)"
	}
	found := "there is no " + string(r.Part)
	if len(r.Names) > 0 {
		found = fmt.Sprintf("the %ss are %s", r.Part, wording.Names(r.Names))
	}
	return fmt.Errorf("no %s is named %s: %s; needed are \"chosen\" and \"rejected\", and \"prompt\" unless both begin with it; %s",
		r.Part, wording.Or(wording.Quote(missing)), found, cmp.Or(r.otherTask(c), advice))
}
