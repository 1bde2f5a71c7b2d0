package lint

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/encode"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/wording"
)

// tokenCounts are the pairs that the maximum length changes.
type tokenCounts struct{ cut, noRoom int }

// tokens applies the rules that need the model's tokenizer and template, to at most
// Options.MaxTokenized pairs spread evenly over the set.
func (l *linter) tokens() error {
	if l.o.Encoder == nil {
		l.report.NotChecked = append(l.report.NotChecked, sameRule+", "+refusedRule+", "+droppedRule+", "+truncatedRule+" and "+endRule+" (need a model's tokenizer)")
		return nil
	}
	same, truncated, end, refused, dropped := l.rule(sameRule), l.rule(truncatedRule), l.rule(endRule), l.rule(refusedRule), l.rule(droppedRule)
	all := []*Finding{same, truncated, end, refused, dropped}
	for _, f := range all {
		f.Of = 0
	}
	var counts tokenCounts
	for _, i := range spread(len(l.train.Pairs), l.o.MaxTokenized) {
		if err := l.ctx.Err(); err != nil {
			return err
		}
		pair := &l.train.Pairs[i]
		encoded, err := l.o.Encoder.Encode(pair)
		if err != nil {
			return err
		}
		for _, f := range all {
			f.Of++
		}
		if encoded.LeftOut == encode.Spelled || encoded.LeftOut == encode.Rejected {
			l.found(refused, pair, "a pair %s", encoded.LeftOut)
		}
		if encoded.Unended {
			l.found(end, pair, "generation would not stop after %s", wording.Excerpt(pair.Chosen))
		}
		if text := encoded.Whole.Dropped; text != "" {
			l.found(dropped, pair, "left out: %s", wording.Excerpt(text))
		} else if text := encoded.Whole.DroppedPrompt; text != "" {
			l.found(dropped, pair, "left out of the prompt: %s", wording.Excerpt(text))
		}
		l.seen(same, truncated, pair, encoded, &counts)
	}
	l.reportTokens(same, truncated, end, counts)
	if dropped.Count > 0 {
		dropped.set(min(Look, dropped.bySize(manyLeftOut)), fmt.Sprintf("In %d of %s the chat template leaves out a part of the prompt or of an answer, which the model does not see.", dropped.Count, wording.Count(dropped.Of, "pair")),
			"If the model is to follow it, such as a system turn, or to write it, such as thoughts before </think>, use a chat template that keeps it.")
	}
	if refused.Count > 0 {
		refused.set(refused.bySize(manyLeftOut), fmt.Sprintf("The model has no tokens for %d of %s; training leaves these out.", refused.Count, wording.Count(refused.Of, "pair")),
			"Reword control tokens, and order the turns as the chat template demands.")
	}
	return nil
}

// seen checks what the model sees of a pair.
func (l *linter) seen(same, truncated *Finding, pair *preference.Pair, encoded encode.Encoded, counts *tokenCounts) {
	switch encoded.LeftOut {
	case encode.NoTokens:
		l.found(same, pair, "the chat template renders an answer as nothing")
		return
	case encode.SameTokens:
		l.found(same, pair, "both answers are the same %d tokens: %s", len(encoded.Whole.Chosen), wording.Excerpt(pair.Chosen))
		return
	case encode.SameStart:
		l.found(same, pair, "the first %d tokens of both answers, where they are cut, are the same", len(encoded.Chosen))
	case encode.NoRoom:
		counts.noRoom++
		l.found(truncated, pair, "the prompt alone has %d tokens", len(encoded.Prompt))
	}
	if encoded.Cut > 0 {
		counts.cut++
		l.found(truncated, pair, "prompt and answer have %d tokens", encoded.Length())
	}
}

func (l *linter) reportTokens(same, truncated, end *Finding, counts tokenCounts) {
	sample := ""
	if truncated.Of < len(l.train.Pairs) {
		sample = fmt.Sprintf(" (%d of %s checked)", truncated.Of, wording.Count(len(l.train.Pairs), "pair"))
	}
	if same.Count > 0 {
		same.set(same.bySize(manyLeftOut), fmt.Sprintf("In %d of %s the model sees no difference between the answers; training leaves these out%s.", same.Count, wording.Count(same.Of, "pair"), sample),
			"Look at them with dpo tokens: the tokenizer, the chat template or the maximum length removes the difference.")
	}
	if truncated.Count > 0 {
		limit, advice := l.o.Encoder.Limit(), "Raise the maximum length if memory allows"
		length := fmt.Sprintf("A maximum length of %d tokens", limit.MaxLength)
		if limit.ByPositions() {
			length = fmt.Sprintf("The model has %d positions, fewer than the maximum length of %d, which", limit.Positions, limit.MaxLength)
			advice = "Use shorter pairs, or a model with more positions"
		}
		truncated.set(truncated.bySize(0.2), fmt.Sprintf("%s truncates answers in %d of %s and drops %s whose prompt alone is that long%s.",
			length, counts.cut, wording.Count(truncated.Of, "pair"), wording.Count(counts.noRoom, "pair"), sample), advice+": from truncated answers the model does not learn to stop.")
	}
	if end.Count > 0 {
		end.set(end.bySize(manyLeftOut), fmt.Sprintf("In %d of %s an answer has no end-of-turn token%s: %s.", end.Count, wording.Count(end.Of, "pair"), sample, l.o.Encoder.End()),
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
