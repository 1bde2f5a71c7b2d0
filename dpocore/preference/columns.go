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
	Unused   []string // the others, in file order
}

// Exact reports whether each column has its standard name, so that there is
// nothing to tell. Pairs that are not from a file have no columns.
func (c Columns) Exact() bool {
	return c.Chosen == "" || (c.Prompt == "" || c.Prompt == "prompt") && c.Chosen == "chosen" && c.Rejected == "rejected"
}

// String returns a line to show: "columns: question is the prompt, preferred
// is chosen, loser is rejected; not used: id".
func (c Columns) String() string {
	prompt := c.Prompt + " is the prompt, "
	if c.Prompt == "" {
		prompt = ""
	}
	text := fmt.Sprintf("columns: %s%s is chosen, %s is rejected", prompt, c.Chosen, c.Rejected)
	if c.Prompt == "" {
		text += ", both begin with the prompt"
	}
	if len(c.Unused) > 0 {
		text += "; not used: " + wording.Names(c.Unused)
	}
	return text
}
