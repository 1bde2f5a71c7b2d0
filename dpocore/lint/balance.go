package lint

import (
	"fmt"

	"example.com/gonb-dpo/internal/wording"
)

// Bounds on good·weight / bad·weight (equation 8 of the KTO paper).
const (
	minBalance = 1
	maxBalance = 4. / 3
)

// balance reports how many of the single answers are good, and the weights with which both sides count about the same.
func (l *linter) balance() {
	f := l.rule(balanceRule)
	good, bad := l.train.Sides()
	f.Count = min(good, bad)
	summary := fmt.Sprintf("%d of %s are good and %d are bad.", good, wording.Count(good+bad, "answer"), bad)
	ratio := float64(good) / float64(max(bad, 1))
	switch {
	case good == 0 || bad == 0:
		f.set(Wrong, summary, "KTO learns from the difference of the two: add answers of the other kind.")
	case ratio < minBalance:
		f.set(Look, summary, fmt.Sprintf("Set desirable_weight to between %.2f and %.2f, so that both sides count about the same.", minBalance/ratio, maxBalance/ratio))
	case ratio > maxBalance:
		f.set(Look, summary, fmt.Sprintf("Set undesirable_weight to between %.2f and %.2f, so that both sides count about the same.", ratio/maxBalance, ratio/minBalance))
	default:
		f.set(Note, summary, "Both sides count about the same with equal weights.")
	}
}
