package pairfile

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
	"example.com/gonb-dpo/internal/wording"
)

// promptName returns the name under which a record may have a prompt.
func promptName(c preference.Columns) string { return cmp.Or(c.Prompt, "prompt") }

// resolve finds the columns of a file by their names and the first record.
func resolve(names []string, record recordfile.Fields, part recordfile.Noun) (preference.Columns, error) {
	var found preference.Columns
	var err error
	for _, role := range []struct {
		name string
		into *string
	}{{"chosen", &found.Chosen}, {"rejected", &found.Rejected}} {
		if *role.into, err = pick(names, role.name, part); err != nil {
			return found, err
		}
	}
	if found.Chosen == "" || found.Rejected == "" {
		return found, incomplete(found, names, part)
	}
	if slices.Contains(names, "prompt") || !holdsPrompt(record[found.Chosen]) {
		if found.Prompt, err = pick(names, "prompt", part); err != nil {
			return found, err
		}
		if found.Prompt == "" {
			if near, meant := nearest("prompt", others(found, names)); near != "" {
				return found, fmt.Errorf("no %s is named \"prompt\"; %q: did you mean %q? rename it, or remove it if both answers begin with the prompt", part, near, meant)
			}
		}
	}
	for _, name := range []string{"objective", "weight"} {
		if err := once(names, name, part); err != nil {
			return found, err
		}
	}
	for _, name := range others(found, names) {
		if name != "objective" && name != "weight" {
			found.Unused = append(found.Unused, name)
		}
	}
	return found, nil
}

// pick returns the column for a role, or "".
func pick(names []string, role string, part recordfile.Noun) (string, error) {
	if slices.Contains(names, role) {
		return role, once(names, role, part)
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
		return "", once(names, candidates[0], part)
	}
	return "", fmt.Errorf("the %ss %s could each be %q; rename the right one to %q", part, wording.And(wording.Quote(candidates)), role, role)
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
	if recordfile.KindOf(answer) == "a string" {
		return isTranscript(beginning(answer))
	}
	var list []json.RawMessage
	return json.Unmarshal(answer, &list) == nil && len(list) > 1
}

// others returns the names that have no role.
func others(c preference.Columns, names []string) []string {
	var rest []string
	for _, name := range names {
		if name != c.Prompt && name != c.Chosen && name != c.Rejected {
			rest = append(rest, name)
		}
	}
	return rest
}

// incomplete is the error of missing columns. It names those that exist, those
// that are needed, and suggests what a misspelled name may mean.
func incomplete(c preference.Columns, names []string, part recordfile.Noun) error {
	var missing, hints []string
	for role, have := range map[string]string{"chosen": c.Chosen, "rejected": c.Rejected} {
		if have == "" {
			missing = append(missing, role)
		}
	}
	slices.Sort(missing)
	rest := others(c, names)
	for _, role := range missing {
		if near, meant := nearest(role, rest); near != "" {
			hints = append(hints, fmt.Sprintf("%q: did you mean %q?", near, meant))
		}
	}
	advice := "rename the columns that hold the better and the worse answer to \"chosen\" and \"rejected\""
	if len(hints) > 0 {
		advice = strings.Join(hints, " ") + " rename it"
	}
	advice = strings.ReplaceAll(advice, "columns", string(part)+"s")
	found := "there is no " + string(part)
	if len(names) > 0 {
		found = fmt.Sprintf("the %ss are %s", part, wording.Names(names))
	}
	return fmt.Errorf("no %s is named %s: %s; needed are \"chosen\" and \"rejected\", and \"prompt\" unless both begin with it; %s",
		part, wording.Or(wording.Quote(missing)), found, advice)
}
