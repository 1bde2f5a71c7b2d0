package preference

import (
	"fmt"

	"example.com/gonb-dpo/internal/wording"
)

// Columns tell which columns of a file, or fields of its JSON objects, were
// used for what.
type Columns struct {
	Prompt   string // "" if both answers start with the prompt
	Chosen   string
	Rejected string
	Label    string   // reports whether the one answer is good, which then is Chosen and Rejected; "" for pairs
	Also     []string // what other columns are used for: "system is the system turn"
	Unused   []string // the others, in file order
}

// Note returns a line to show, or "" if there is nothing to tell: every column
// has its standard name and is used. Pairs that are not from a file have no
// columns.
func (c Columns) Note() string {
	standard := (c.Prompt == "" || c.Prompt == "prompt") && c.Chosen == "chosen" && c.Rejected == "rejected"
	if c.Label != "" {
		standard = c.Prompt == "prompt" && c.Chosen == "completion" && c.Label == "label"
	}
	switch {
	case c.Chosen == "" || standard && len(c.Also)+len(c.Unused) == 0:
		return ""
	case standard && len(c.Also) == 0:
		return "columns not used: " + wording.Names(c.Unused)
	}
	return c.String()
}

// String returns what each column is: "columns: question is the prompt,
// preferred is chosen, loser is rejected; not used: id".
func (c Columns) String() string {
	prompt := c.Prompt + " is the prompt, "
	if c.Prompt == "" {
		prompt = ""
	}
	text := fmt.Sprintf("columns: %s%s is chosen, %s is rejected", prompt, c.Chosen, c.Rejected)
	if c.Label != "" {
		text = fmt.Sprintf("columns: %s%s is the answer, %s reports whether it is good", prompt, c.Chosen, c.Label)
	}
	for _, use := range c.Also {
		text += ", " + use
	}
	switch {
	case c.Prompt == "" && c.Label != "":
		text += ", and the answer begins with the prompt"
	case c.Prompt == "":
		text += ", both begin with the prompt"
	}
	if len(c.Unused) > 0 {
		text += "; not used: " + wording.Names(c.Unused)
	}
	return text
}
