package layout

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

// Names of fields of data for other tasks, as PlainName returns them.
var (
	singleAnswers = []string{"completion", "response", "output", "answer", "conversations", "conversation", "messages"}
	ofOneAnswer   = []string{"label", "labels", "kto_tag"}
	tokenIDs      = []string{"input_ids", "prompt_ids", "chosen_ids", "rejected_ids", "prompt_input_ids", "chosen_input_ids", "rejected_input_ids"}
	listed        = []string{"answer", "response", "completion", "output", "text", "content", "generation"} // an answer in a list of answers
)

const needed = "DPO needs a better and a worse answer to the same prompt"

// otherTask explains what the records of a file without chosen or rejected answers are instead, and what to do, or returns "".
func (r *Finder) otherTask(c preference.Columns) string {
	answer := r.first(singleAnswers)
	switch {
	case r.first(tokenIDs) != "":
		return "these are token ids, and pairs are read as texts; give the file that they were made from"
	case r.first([]string{"completions"}) != "" && r.first(ofOneAnswer) != "":
		return "these are the steps of single answers with a label for each, as for process supervision, and not pairs: " + needed
	case c.Chosen == "" && c.Rejected != "" && answer != "" && recordfile.KindOf(r.Record[answer]) == recordfile.KindOf(r.Record[c.Rejected]):
		return fmt.Sprintf("if %q is the better answer: %s --chosen %s --rejected %s", answer, r.Convert, Argument(answer), Argument(c.Rejected))
	case c.Chosen == "" && c.Rejected != "":
		return ""
	}
	if command := r.fromList(); command != "" {
		return command
	}
	switch {
	case answer != "":
		return "these are single answers, as for fine-tuning, and not pairs: " + needed + r.rankAnswers() + r.fineTune()
	case slices.Contains(r.Names, "prompt") && c.Chosen == "" && !slices.ContainsFunc(r.Names, func(name string) bool { return !slices.Contains([]string{"prompt", "system", "id"}, name) }):
		return "these are prompts without answers: " + needed + r.rankAnswers()
	case slices.Equal(r.Names, []string{"text"}), slices.Equal(r.Names, []string{"segments"}):
		return "these are plain texts, as for pretraining, and not pairs: " + needed
	}
	return ""
}

// first returns the first column that has one of some names, or "".
func (r *Finder) first(names []string) string {
	for _, wanted := range names {
		for _, name := range r.Names {
			if PlainName(name) == wanted {
				return name
			}
		}
	}
	return ""
}

// fromList says how to make pairs of a column with a list of answers: texts, or objects with a text in them, as in rankings.
func (r *Finder) fromList() string {
	for _, name := range r.Names {
		var list []json.RawMessage
		if json.Unmarshal(r.Record[name], &list) != nil || len(list) < 2 {
			continue
		}
		path := ""
		if recordfile.KindOf(list[0]) != "a string" {
			if path = answerIn(list[0]); path == "" {
				continue
			}
		}
		at := func(i int) string { return Argument(fmt.Sprintf("%s[%d]%s", name, i, path)) }
		if by := r.judgedBy(list[0]); by != "" {
			return fmt.Sprintf("%q is not a pair yet: of each list, choose a better and a worse answer by %q, and write them as \"chosen\" and \"rejected\"", name, by)
		}
		return fmt.Sprintf("if the first of %q is always a better answer than the second: %s --chosen %s --rejected %s", name, r.Convert, at(0), at(1))
	}
	return ""
}

// judgements are the names of fields and columns that say which answer of a list is better.
var judgements = []string{"rank", "score", "scores", "rating", "ratings", "overall_score"}

// judgedBy returns the field of an answer, or the column of the record, that says which answer of a list is better, or "".
func (r *Finder) judgedBy(answer json.RawMessage) string {
	var object recordfile.Fields
	json.Unmarshal(answer, &object) // an answer that is a text has no fields
	for _, name := range judgements {
		if object[name] != nil || r.Record[name] != nil {
			return name
		}
	}
	return ""
}

// answerIn returns the path to the answer in an object, such as ".text", or "". A turn of a conversation has none.
func answerIn(raw json.RawMessage) string {
	var object recordfile.Fields
	if json.Unmarshal(raw, &object) != nil || object["role"] != nil || object["from"] != nil {
		return ""
	}
	for _, name := range listed {
		if kind := recordfile.KindOf(object[name]); object[name] != nil && (kind == "a string" || kind == "a list") {
			return "." + name
		}
	}
	return ""
}

// rankAnswers says how to get pairs of prompts that a command can read.
func (r *Finder) rankAnswers() string {
	if r.Part != recordfile.Field || recordfile.KindOf(r.Record["prompt"]) != "a string" {
		return ""
	}
	return "; to rank the model's answers to these prompts: dpo data rank rankings.jsonl --prompts " + Argument(r.Source)
}

// fineTune says how to train on single answers of the forms that pairfile.ReadAnswers reads.
func (r *Finder) fineTune() string {
	has := func(name string) bool { return slices.Contains(r.Names, name) }
	if has("messages") || has("prompt") && has("completion") {
		return "; to fine-tune on these answers: dpo sft --data " + Argument(r.Source)
	}
	return ""
}

// descriptions are columns that are no prompt although they may hold several words.
var descriptions = []string{"source", "dataset", "subset", "category", "topic", "task", "type", "model", "license", "language", "split", "annotator", "date", "id"}

// checkNoPrompt refuses answers without a prompt column if another column may be the prompt: the words that both answers happen to
// begin with would be taken for it.
func (r *Finder) checkNoPrompt(l *Layout) error {
	answers := []string{l.Chosen, l.Rejected}
	if l.label != nil {
		answers = []string{l.label.answers[0].column, l.label.answers[1].column, l.label.column}
	}
	if recordfile.KindOf(r.Record[answers[0]]) != "a string" {
		return nil
	}
	maybe := slices.DeleteFunc(slices.Clone(r.Names), func(name string) bool {
		return slices.Contains(answers, name) || slices.Contains(r.Mapping.Drop, name) || !r.maybePrompt(name)
	})
	if len(maybe) == 0 {
		return nil
	}
	return fmt.Errorf("no %s is named \"prompt\"; if %q is the prompt: %s --prompt %s; if both answers begin with the prompt: %s --drop %s",
		r.Part, maybe[0], r.Convert, Argument(maybe[0]), r.Convert, strings.Join(arguments(maybe), " --drop "))
}

func arguments(names []string) (list []string) {
	for _, name := range names {
		list = append(list, Argument(name))
	}
	return list
}

// maybePrompt reports whether a column without a known name holds turns, a question or several words in the first record, and is
// no description of the pair.
func (r *Finder) maybePrompt(name string) bool {
	var turns []struct{ Role, From string }
	if json.Unmarshal(r.Record[name], &turns) == nil && len(turns) > 0 && turns[0].Role+turns[0].From != "" && !IsKnown(name) {
		return true
	}
	var text string
	if json.Unmarshal(r.Record[name], &text) != nil || IsKnown(name) {
		return false
	}
	plain, text := PlainName(name), strings.TrimSpace(text)
	described := slices.ContainsFunc(descriptions, func(word string) bool { return plain == word || strings.HasSuffix(plain, "_"+word) })
	return !described && (strings.ContainsAny(text, " \n") || strings.HasSuffix(text, "?"))
}
