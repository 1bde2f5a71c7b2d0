package lint

import (
	"fmt"
	"slices"

	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/preference"
)

// tokens applies the rules that need the model's tokenizer and template: to
// all pairs, or to so many spread evenly over the set.
func (l *linter) tokens() error {
	if l.o.Encoder == nil || l.o.Tokenizer == nil {
		l.report.NotChecked = append(l.report.NotChecked, truncatedRule+" and "+endRule+" (they need a model's tokenizer)")
		return nil
	}
	truncated, end := l.rule(truncatedRule), l.rule(endRule)
	truncated.Of, end.Of = 0, 0
	cut, noRoom := 0, 0
	for _, i := range spread(len(l.train.Pairs), l.o.MostTokenized) {
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
	l.wordTokens(truncated, end, cut, noRoom)
	return nil
}

// ends wants the token that ends a turn after both answers: without it a
// model does not learn to stop.
func (l *linter) ends(f *Finding, pair *preference.Pair, tokens chat.Tokens) {
	const last = 4 // a template may write a line end after it
	for _, answer := range [][]int32{tokens.Chosen, tokens.Rejected} {
		tail := answer[max(0, len(answer)-last):]
		if !slices.ContainsFunc(tail, func(id int32) bool { return slices.Contains(l.o.Tokenizer.EOSIDs(), id) }) {
			l.found(f, pair, "ends in %s", excerpt(l.o.Tokenizer.Decode(tail, false)))
			return
		}
	}
}

func (l *linter) wordTokens(truncated, end *Finding, cut, noRoom int) {
	looked := ""
	if truncated.Of < len(l.train.Pairs) {
		looked = fmt.Sprintf(" (looked at: %d of %d)", truncated.Of, len(l.train.Pairs))
	}
	if truncated.Count > 0 {
		truncated.set(truncated.bySize(0.2), fmt.Sprintf("At %d tokens answers of %d of %d pairs are cut, and %d pairs are left out because their prompt alone is as long%s.",
			l.o.MaxLength, cut, truncated.Of, noRoom, looked), "Raise the greatest length, if the memory allows it: a cut answer has no end, and the model does not learn to stop.")
	}
	if end.Count > 0 {
		end.set(end.bySize(manyLeftOut), fmt.Sprintf("In %d of %d pairs no token ends the answer's turn%s.", end.Count, end.Of, looked),
			"The chat template should write the end of a turn after an answer; without it the model does not learn to stop.")
	}
}

// spread are indices from 0 up to n, at most so many, evenly apart.
func spread(n, most int) []int {
	if most <= 0 || most > n {
		most = n
	}
	list := make([]int, most)
	for i := range list {
		list[i] = i * n / most
	}
	return list
}
