package lint

import (
	"fmt"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/wording"
)

// scoreCounts counts pairs by whether the scores beside the answers agree with which one is chosen.
type scoreCounts struct {
	l                       *linter
	scored, ties, wrongWays int
}

func (c *scoreCounts) see(pair *preference.Pair) {
	if pair.Scores == nil {
		return
	}
	c.scored++
	chosen, rejected := pair.Scores[0], pair.Scores[1]
	if chosen > rejected {
		return
	}
	if chosen == rejected {
		c.ties++
	} else {
		c.wrongWays++
	}
	c.l.found(c.l.rule(scoresRule), pair, "chosen %g, rejected %g: %s", chosen, rejected, wording.Excerpt(pair.PromptText()))
}

func (c *scoreCounts) report() {
	if c.scored == 0 {
		return
	}
	f := c.l.rule(scoresRule)
	f.Of = c.scored
	if f.Count > 0 {
		f.set(f.bySize(manyLeftOut), fmt.Sprintf("The scores beside the answers do not put the chosen one first in %d of %s (%s, %d the other way round).",
			f.Count, wording.Count(c.scored, "pair"), wording.Count(c.ties, "tie"), c.wrongWays), "Remove the ties, and find out whether the labels or the scores are wrong in the others.")
	}
}

// promptInAnswers finds pairs whose answers both begin with the prompt again.
func (l *linter) promptInAnswers(pair *preference.Pair) {
	f := l.rule(promptRule)
	if len(pair.Prompt) == 0 {
		return
	}
	last := strings.TrimSpace(pair.Prompt[len(pair.Prompt)-1].Content)
	repeats := func(answer string) bool {
		return strings.HasPrefix(strings.TrimSpace(answer), last) || strings.HasPrefix(strings.TrimSpace(answer), strings.TrimSpace(pair.PromptText()))
	}
	if last != "" && repeats(pair.Chosen) && repeats(pair.Rejected) {
		l.found(f, pair, "%s", wording.Excerpt(pair.Chosen))
	}
}

func (l *linter) reportPromptInAnswers() {
	if f := l.rule(promptRule); f.Count > 0 {
		f.set(f.bySize(manyLeftOut), fmt.Sprintf("In %d of %s both answers begin with the prompt, so that the model sees it twice.", f.Count, wording.Count(f.Of, "pair")), "Remove it: dpo data convert with --cut-prompt.")
	}
}
