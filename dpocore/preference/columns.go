package preference

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Columns say which columns of a file, or fields of its JSON objects, were
// read as what.
//
// A column named prompt, chosen or rejected is always taken. Where one is
// missing, a column under another usual name stands for it (question for
// prompt, preferred for chosen, loser for rejected, and the like), provided
// that there is only one. A name that is nearly right is an error.
type Columns struct {
	Prompt   string // "" where both answers begin with their prompt
	Chosen   string
	Rejected string
	Unused   []string // the others, in the order of the file
}

// Exact reports whether every column was found under its own name, so that
// there is nothing to tell. Pairs that are from no file have no columns.
func (c Columns) Exact() bool {
	return c.Chosen == "" || (c.Prompt == "" || c.Prompt == "prompt") && c.Chosen == "chosen" && c.Rejected == "rejected"
}

// String is the sentence to show: "columns: question is the prompt, preferred
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
		text += "; not used: " + listed(c.Unused)
	}
	return text
}

// prompt is the name under which a record may have a prompt of its own.
func (c Columns) prompt() string { return cmp.Or(c.Prompt, "prompt") }

// resolve finds the columns of a file by their names and its first record.
func resolve(names []string, record fields, word noun) (Columns, error) {
	var found Columns
	var err error
	for _, role := range []struct {
		name string
		into *string
	}{{"chosen", &found.Chosen}, {"rejected", &found.Rejected}} {
		if *role.into, err = pick(names, role.name, word); err != nil {
			return found, err
		}
	}
	if found.Chosen == "" || found.Rejected == "" {
		return found, found.incomplete(names, word)
	}
	if slices.Contains(names, "prompt") || !holdsPrompt(record[found.Chosen]) {
		if found.Prompt, err = pick(names, "prompt", word); err != nil {
			return found, err
		}
		if found.Prompt == "" {
			if near, meant := nearest("prompt", found.others(names)); near != "" {
				return found, fmt.Errorf("no %s is named \"prompt\"; %q: did you mean %q? rename it, or remove it if both answers begin with the prompt", word, near, meant)
			}
		}
	}
	for _, name := range []string{"objective", "weight"} {
		if err := once(names, name, word); err != nil {
			return found, err
		}
	}
	for _, name := range found.others(names) {
		if name != "objective" && name != "weight" {
			found.Unused = append(found.Unused, name)
		}
	}
	return found, nil
}

// pick returns the column that is a role, or "".
func pick(names []string, role string, word noun) (string, error) {
	if slices.Contains(names, role) {
		return role, once(names, role, word)
	}
	var candidates []string
	for _, name := range names {
		if plain := plainName(name); plain == role || slices.Contains(otherNames[role], plain) {
			candidates = append(candidates, name)
		}
	}
	switch len(candidates) {
	case 0:
		return "", nil
	case 1:
		return candidates[0], nil
	}
	if candidates[0] == candidates[1] {
		return "", once(names, candidates[0], word)
	}
	return "", fmt.Errorf("the %ss %s could each be %q; rename the right one to %q", word, quoted(candidates), role, role)
}

// once refuses a second column of the same name.
func once(names []string, name string, word noun) error {
	if at := slices.Index(names, name); at >= 0 && slices.Contains(names[at+1:], name) {
		return fmt.Errorf("two %ss are named %q; rename or remove one", word, name)
	}
	return nil
}

// holdsPrompt reports whether an answer is a whole conversation, which has
// its prompt in it.
func holdsPrompt(answer json.RawMessage) bool {
	if kindOf(answer) == "a string" {
		return isTranscript(beginning(answer))
	}
	var list []json.RawMessage
	return json.Unmarshal(answer, &list) == nil && len(list) > 1
}

// others are the names that no role has.
func (c Columns) others(names []string) []string {
	var rest []string
	for _, name := range names {
		if name != c.Prompt && name != c.Chosen && name != c.Rejected {
			rest = append(rest, name)
		}
	}
	return rest
}

// incomplete says which columns there are, which are needed, and which name
// is nearly right.
func (c Columns) incomplete(names []string, word noun) error {
	var missing, hints []string
	for role, have := range map[string]string{"chosen": c.Chosen, "rejected": c.Rejected} {
		if have == "" {
			missing = append(missing, role)
		}
	}
	slices.Sort(missing)
	rest := c.others(names)
	for _, role := range missing {
		if near, meant := nearest(role, rest); near != "" {
			hints = append(hints, fmt.Sprintf("%q: did you mean %q?", near, meant))
		}
	}
	advice := "rename the columns that hold the better and the worse answer to \"chosen\" and \"rejected\""
	if len(hints) > 0 {
		advice = strings.Join(hints, " ") + " rename it"
	}
	advice = strings.ReplaceAll(advice, "columns", string(word)+"s")
	found := "there is no " + string(word)
	if len(names) > 0 {
		found = fmt.Sprintf("the %ss are %s", word, listed(names))
	}
	return fmt.Errorf("no %s is named %s: %s; needed are \"chosen\" and \"rejected\", and \"prompt\" unless both begin with it; %s",
		word, strings.Join(quotedEach(missing), " or "), found, advice)
}
