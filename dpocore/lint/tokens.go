package lint

import (
	"fmt"
	"slices"

	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/preference"
)

// tokens applies the rules that need the model's tokenizer and template, to at most
// Options.MaxTokenized pairs spread evenly over the set.
func (l *linter) tokens() error {
	if l.o.Encoder == nil || l.o.Tokenizer == nil {
		l.report.NotChecked = append(l.report.NotChecked, truncatedRule+" and "+endRule+" (need a model's tokenizer)")
		return nil
	}
	truncated, end := l.rule(truncatedRule), l.rule(endRule)
	truncated.Of, end.Of = 0, 0
	cut, noRoom := 0, 0
	for _, i := range spread(len(l.train.Pairs), l.o.MaxTokenized) {
		if err := l.ctx.Err(); err != nil {
			return err
		}
		pair := &l.train.Pairs[i]
		tokens, _, err := l.o.Encoder.Pair(*pair)
		if err != nil {
			return err
		}
		truncated.Of++
		end.Of++
		l.ends(end, pair, tokens)
		room := l.o.MaxLength - len(tokens.Prompt)
		long := max(len(tokens.Chosen), len(tokens.Rejected))
		switch {
		case room <= 0:
			noRoom++
			l.found(truncated, pair, "the prompt alone has %d tokens", len(tokens.Prompt))
		case long > room:
			cut++
			l.found(truncated, pair, "prompt and answer have %d tokens", len(tokens.Prompt)+long)
		}
	}
	l.reportTokens(truncated, end, cut, noRoom)
	return nil
}

// ends checks that both answers end with the end-of-turn token, without which a model
// does not learn to stop.
func (l *linter) ends(f *Finding, pair *preference.Pair, tokens chat.Tokens) {
	const last = 4 // a template may write a newline after it
	for _, answer := range [][]int32{tokens.Chosen, tokens.Rejected} {
		tail := answer[max(0, len(answer)-last):]
		if !slices.ContainsFunc(tail, func(id int32) bool { return slices.Contains(l.o.Tokenizer.EOSIDs(), id) }) {
			l.found(f, pair, "ends in %s", excerpt(l.o.Tokenizer.Decode(tail, false)))
			return
		}
	}
}

func (l *linter) reportTokens(truncated, end *Finding, cut, noRoom int) {
	sample := ""
	if truncated.Of < len(l.train.Pairs) {
		sample = fmt.Sprintf(" (%d of %d pairs checked)", truncated.Of, len(l.train.Pairs))
	}
	if truncated.Count > 0 {
		truncated.set(truncated.bySize(0.2), fmt.Sprintf("A maximum length of %d tokens truncates answers in %d of %d pairs and drops %d pairs whose prompt alone is that long%s.",
			l.o.MaxLength, cut, truncated.Of, noRoom, sample), "Raise the maximum length if memory allows: from truncated answers the model does not learn to stop.")
	}
	if end.Count > 0 {
		end.set(end.bySize(manyLeftOut), fmt.Sprintf("In %d of %d pairs an answer has no end-of-turn token%s.", end.Count, end.Of, sample),
			"Fix the chat template to end each answer's turn; otherwise the model does not learn to stop.")
	}
}

// spread returns at most limit evenly spaced indices below n, or all if limit is 0.
func spread(n, limit int) []int {
	if limit <= 0 || limit > n {
		limit = n
	}
	list := make([]int, limit)
	for i := range list {
		list[i] = i * n / limit
	}
	return list
}
