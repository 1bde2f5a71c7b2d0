package judge

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/preference"
)

// Relabel returns the pairs with their answers in a judge's order: chosen is the one with the higher score. Pairs whose answers score
// alike are left out as ties. So the pairs teach what the judge measures, and every label is right by its measure.
func Relabel(ctx context.Context, j Judge, set *preference.Set) (*preference.Set, error) {
	judged := *set
	judged.Pairs, judged.Skipped = nil, append([]preference.Skip(nil), set.Skipped...)
	judged.Source = fmt.Sprintf("%s, judged by %s", set.Source, j.Name())
	for _, pair := range set.Each() {
		scores, err := j.Scores(ctx, pair.PromptText(), []string{pair.Chosen, pair.Rejected})
		if err != nil {
			return nil, fmt.Errorf("judge %s: %w", pair.Where(), err)
		}
		better := *pair
		switch {
		case len(scores) == 2 && scores[0] > scores[1]:
			better.Scores = &[2]float64{scores[0], scores[1]}
		case len(scores) == 2 && scores[0] < scores[1]:
			better.Chosen, better.Rejected = pair.Rejected, pair.Chosen
			better.Scores = &[2]float64{scores[1], scores[0]}
		default:
			judged.Skipped = append(judged.Skipped, preference.Skip{Source: pair.Source, Line: pair.Line, Reason: preference.Tie})
			continue
		}
		judged.Pairs = append(judged.Pairs, better)
	}
	if len(judged.Pairs) == 0 {
		return nil, fmt.Errorf("%s scores both answers of every pair of %s alike; choose another judge or other pairs", j.Name(), set.Source)
	}
	return &judged, nil
}
