package layout

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
	"example.com/gonb-dpo/internal/wording"
)

// A label is a column whose value says which of two answers is the chosen one.
type label struct {
	column  string
	flags   []string // in place of one column several, of which the one that is 1 or true names the answer or a tie
	answers [2]labelled
	tie     string // a value by which no answer is better, besides those of ties
}

// A labelled answer is chosen by any of some values of the label.
type labelled struct {
	column string
	values []string
}

// ties are values of a label, without what follows a space, by which no answer
// is better.
var ties = []string{"", "tie", "both", "both_bad", "both_good", "bothbad", "neither", "none", "equal", "draw", "same", "null"}

func (l *label) uses(name string) bool {
	return name == l.column || slices.Contains(l.flags, name) || base(l.answers[0].column) == name || base(l.answers[1].column) == name ||
		l.answers[0].column == name || l.answers[1].column == name
}

// sides are what the answers are called in the description of the columns.
func (l *label) sides() (chosen, rejected string) {
	says := "says"
	if len(l.flags) > 0 {
		says = "say"
	}
	return fmt.Sprintf("%s or %s as %s %s", l.answers[0].column, l.answers[1].column, l.column, says), "the other one"
}

// chosen returns the columns of the two answers of a record, or tie.
func (l *label) chosen(record recordfile.Fields, part recordfile.Noun) (chosen, rejected string, tie bool, err error) {
	value, err := l.value(record, part)
	if err != nil {
		return "", "", false, err
	}
	for i, answer := range l.answers {
		if slices.Contains(answer.values, value) {
			return answer.column, l.answers[1-i].column, false, nil
		}
	}
	if word, _, _ := strings.Cut(value, " "); slices.Contains(ties, word) || l.tie != "" && value == l.tie {
		return "", "", true, nil
	}
	return "", "", false, fmt.Errorf("%s is %.40q; the values known are %s for %q, %s for %q, and tie", part.Of(l.column), value,
		wording.Or(l.answers[0].values), l.answers[0].column, wording.Or(l.answers[1].values), l.answers[1].column)
}

// value returns the value of a record's label.
func (l *label) value(record recordfile.Fields, part recordfile.Noun) (string, error) {
	if len(l.flags) == 0 {
		raw, ok := record[l.column]
		if !ok {
			return "", fmt.Errorf("%s is missing; it says which answer is chosen", part.Of(l.column))
		}
		return labelValue(raw), nil
	}
	var set []string
	for _, name := range l.flags {
		switch value := labelValue(record[name]); value {
		case "1", "true":
			set = append(set, flagged(name))
		case "0", "false":
		default:
			return "", fmt.Errorf("%s is %.40q; it must be 1 if it names the better answer and 0 if not", part.Of(name), value)
		}
	}
	if len(set) != 1 {
		return "", fmt.Errorf("of the %ss %s %d are 1; exactly one must be", part, wording.And(wording.Quote(l.flags)), len(set))
	}
	return set[0], nil
}

// flagged is the value that a column such as winner_model_a stands for: "model_a", or "tie".
func flagged(name string) string {
	value := strings.TrimPrefix(PlainName(name), winnerPrefix)
	if strings.HasPrefix(value, "tie") {
		return "tie"
	}
	return value
}

const winnerPrefix = "winner_"

// Answers returns the columns of a record, whose answers may depend on a label;
// tie is true if no answer is better.
func (l *Layout) Answers(record recordfile.Fields) (columns preference.Columns, tie bool, err error) {
	columns = l.Columns
	if l.label != nil {
		columns.Chosen, columns.Rejected, tie, err = l.label.chosen(record, l.part)
	}
	return columns, tie, err
}

// labelValue returns the value of a label in lower case; 1.0 is 1.
func labelValue(raw json.RawMessage) string {
	text := string(raw)
	if recordfile.KindOf(raw) == "a string" {
		json.Unmarshal(raw, &text) // fails only on half a surrogate, which is no label
	}
	text = strings.ToLower(strings.TrimSpace(text))
	if number, err := strconv.ParseFloat(text, 64); err == nil {
		return strconv.FormatFloat(number, 'g', -1, 64)
	}
	return text
}

var labelSyntax = regexp.MustCompile(`^([^=]+)=([^:,]+):([^:,]+),([^:,]+):([^:,]+)$`)

// parseLabel parses a Mapping's label.
func parseLabel(text string) (*label, error) {
	part := labelSyntax.FindStringSubmatch(text)
	if part == nil {
		return nil, fmt.Errorf("the label is %q; write COLUMN=VALUE:ANSWER,VALUE:ANSWER, such as winner=a:response_a,b:response_b", text)
	}
	values := []string{labelValue(json.RawMessage(part[2])), labelValue(json.RawMessage(part[4]))}
	if values[0] == values[1] || part[3] == part[5] {
		return nil, fmt.Errorf("the label is %q; each answer needs a different value", text)
	}
	return &label{column: part[1], answers: [2]labelled{{part[3], values[:1]}, {part[5], values[1:]}}}, nil
}

// answerNames matches one of two answers, as PlainName returns it: response_a.
var answerNames = regexp.MustCompile(`^((?:.*_)?(?:response|answer|completion|conversation|output|text|generation|reply|human_ref|summary|message))_?(a|b|0|1|2)$`)

// answerPair finds two columns that differ in their last letter, a and b, or
// digit, 0 and 1 or 1 and 2. ok is false if there are none, or more.
func answerPair(names []string) (columns, ends [2]string, ok bool) {
	var found []string
	var parts [][]string
	for _, name := range names {
		if part := answerNames.FindStringSubmatch(PlainName(name)); part != nil {
			found, parts = append(found, name), append(parts, part)
		}
	}
	if len(found) != 2 || parts[0][1] != parts[1][1] || !slices.Contains([]string{"ab", "01", "12"}, parts[0][2]+parts[1][2]) {
		return columns, ends, false
	}
	return [2]string{found[0], found[1]}, [2]string{parts[0][2], parts[1][2]}, true
}

// labelNames are the names of labels, as PlainName returns them.
var labelNames = []string{
	"winner", "label", "labels", "preference", "preferred", "choice", "chosen", "better", "best",
	"better_response_id", "safer_response_id", "chosen_id", "winner_id", "preferred_id", "preferred_response", "better_response",
}

// strengths are columns that say how much better the second answer is, from -3 to 3, as in HelpSteer2 and HelpSteer3. Only their
// sign counts.
var strengths = []string{"overall_preference", "preference_strength"}

// findStrength returns the label of one of the strengths, or nil.
func (r *Finder) findStrength(columns, ends [2]string) *label {
	for _, name := range r.Names {
		if slices.Contains(strengths, PlainName(name)) && ends == [2]string{"1", "2"} {
			return &label{column: name, answers: [2]labelled{{columns[0], []string{"-3", "-2", "-1"}}, {columns[1], []string{"1", "2", "3"}}}, tie: "0"}
		}
	}
	return nil
}

// findLabel finds two answers and the column that says which one is chosen; nil
// if there are no two answers. What could be read in two ways is an error.
func (r *Finder) findLabel() (*label, error) {
	columns, ends, ok := answerPair(r.Names)
	if !ok {
		return nil, nil
	}
	var candidates []string
	for _, name := range r.Names {
		if slices.Contains(labelNames, PlainName(name)) {
			candidates = append(candidates, name)
		}
	}
	if found := r.findStrength(columns, ends); found != nil && len(candidates) == 0 {
		return found, nil
	}
	found := &label{}
	for i, end := range ends {
		found.answers[i] = labelled{columns[i], []string{end, "model_" + end, PlainName(columns[i]), []string{"left", "right"}[i]}}
	}
	switch {
	case len(candidates) == 0 && r.flags(found):
		return found, nil
	case len(candidates) == 0:
		return nil, fmt.Errorf("the %ss %q and %q are answers, but no column is known to say which is chosen; name it, with its values: %s --label %s", r.Part, columns[0], columns[1],
			r.Convert, Argument("COLUMN=VALUE:"+columns[0]+",VALUE:"+columns[1]))
	case len(candidates) > 1:
		return nil, fmt.Errorf("the %ss %s could each say which answer is chosen; name the right one, and the value for each answer: %s --label %s", r.Part, wording.And(wording.Quote(candidates)),
			r.Convert, Argument(candidates[0]+"="+ends[0]+":"+columns[0]+","+ends[1]+":"+columns[1]))
	}
	found.column = candidates[0]
	return found, r.checkLabel(found, ends)
}

// flags finds the columns that each tell whether one answer is chosen, or none, and reports whether there is one for each answer.
func (r *Finder) flags(l *label) bool {
	for _, name := range r.Names {
		if plain := PlainName(name); strings.HasPrefix(plain, winnerPrefix) && plain != "winner_id" {
			l.flags = append(l.flags, name)
		}
	}
	l.column = wording.And(l.flags)
	return !slices.ContainsFunc(l.answers[:], func(answer labelled) bool {
		return !slices.ContainsFunc(l.flags, func(name string) bool { return slices.Contains(answer.values, flagged(name)) })
	})
}

// checkLabel refuses a label of numbers that could count the answers or say
// whether the first one is better.
func (r *Finder) checkLabel(l *label, ends [2]string) error {
	raw, ok := r.Record[l.column]
	if !ok {
		return nil // the header of a table, whose rows are checked later
	}
	value := labelValue(raw)
	_, notNumber := strconv.ParseFloat(value, 64)
	number := notNumber == nil || value == "true" || value == "false"
	counts := ends[0] != "a" && !slices.Contains([]string{"label", "labels", "preference"}, PlainName(l.column)) && slices.Contains(ends[:], value)
	if !number || counts {
		return nil
	}
	values := [2]string{"0", "1"}
	if notNumber != nil {
		values = [2]string{"false", "true"}
	} else if ends[0] == "1" {
		values = ends
	}
	command := func(first, second string) string {
		return r.Convert + " --label " + Argument(fmt.Sprintf("%s=%s:%s,%s:%s", l.column, first, l.answers[0].column, second, l.answers[1].column))
	}
	return fmt.Errorf("%s is %s, which can be read in two ways; if %s means that %q is chosen: %s; if %s means so: %s", r.Part.Of(l.column), value,
		values[0], l.answers[0].column, command(values[0], values[1]), values[1], command(values[1], values[0]))
}
