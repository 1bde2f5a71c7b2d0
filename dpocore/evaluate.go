package dpocore

import (
	"context"
	"fmt"
	"math"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/preference"
)

// PairFigures are one pair's log-probabilities, summed over an answer's tokens, in nats.
type PairFigures struct {
	Line           int     `json:"line"` // in the data file, counted from 0
	LogpsChosen    float64 `json:"logps_chosen"`
	LogpsRejected  float64 `json:"logps_rejected"`
	RefLogpsChosen float64 `json:"ref_logps_chosen"`
	RefLogpsReject float64 `json:"ref_logps_rejected"`
	Margin         float64 `json:"margin"` // gain of chosen less gain of rejected over the reference; times beta it is DPO's margin
}

// Score sums up an evaluation. The intervals hold the true figure with 95 % confidence, if the pairs are a fair sample.
type Score struct {
	Pairs            int
	Accuracy         float64    // share of pairs whose margin is above 0
	AccuracyInterval [2]float64 // Wilson's score interval (Wilson 1927)
	Margin           float64    // mean
	MarginInterval   [2]float64 // mean ± 1.96 standard errors
}

// Evaluate measures a set's pairs under the model with an adapter (a PEFT folder, or "" for none) and under the model
// without it. Pairs that can't be measured are left out; notes says which. progress is told the rows done.
func (m *Model) Evaluate(ctx context.Context, adapter string, set *preference.Set, maxLength int, progress func(done, total int)) (pairs []PairFigures, notes []string, err error) {
	examples, err := tokenize(m.Chat, set, maxLength, m.Tokenizer.VocabSize())
	if err != nil {
		return nil, nil, fmt.Errorf("evaluate: %w", err)
	}
	p, err := m.policy(adapter, autoPrecision)
	if err != nil {
		return nil, nil, fmt.Errorf("evaluate: %w", err)
	}
	defer func() { m.work.finish(p.Finalize) }()
	rows, err := batch.Pack(examples.list, batch.Plan([][]batch.Example{examples.list}))
	if err != nil {
		return nil, nil, fmt.Errorf("evaluate: %w", err)
	}
	references := openReferences(p, m.referenceKey())
	defer references.close()
	pairs = make([]PairFigures, len(examples.list))
	for done, row := range rows {
		progress(done, len(rows))
		reference, err := references.of(ctx, &m.work, row)
		if err != nil {
			return nil, nil, fmt.Errorf("evaluate: %w", err)
		}
		logProbs := reference
		if adapter != "" {
			measured, err := await(ctx, &m.work, func() (policy.Measured, error) { return p.LogProbs(row) })
			if err != nil {
				return nil, nil, fmt.Errorf("evaluate: %w", err)
			}
			logProbs = measured.LogProbs
		}
		for i, example := range row.Examples {
			pairs[example] = figuresOf(examples.lines[example], logProbs[i], reference[i])
		}
	}
	progress(len(rows), len(rows))
	return pairs, examples.notes, nil
}

func figuresOf(line int, policy, reference [2]float32) PairFigures {
	gains := rewardsOf(policy, reference, 1)
	return PairFigures{
		Line:        line,
		LogpsChosen: float64(policy[0]), LogpsRejected: float64(policy[1]),
		RefLogpsChosen: float64(reference[0]), RefLogpsReject: float64(reference[1]),
		Margin: gains[0] - gains[1],
	}
}

// normal95 is the 97.5 % quantile of the normal distribution.
const normal95 = 1.959964

// ScoreOf sums up an evaluation's pairs.
func ScoreOf(pairs []PairFigures) Score {
	n := float64(len(pairs))
	s := Score{Pairs: len(pairs)}
	for _, pair := range pairs {
		s.Margin += pair.Margin / n
		if pair.Margin > 0 {
			s.Accuracy += 1 / n
		}
	}
	variance := 0.0
	for _, pair := range pairs {
		variance += (pair.Margin - s.Margin) * (pair.Margin - s.Margin) / max(n-1, 1)
	}
	half := normal95 * math.Sqrt(variance/n)
	s.MarginInterval = [2]float64{s.Margin - half, s.Margin + half}

	z2 := normal95 * normal95
	center := (s.Accuracy + z2/(2*n)) / (1 + z2/n)
	half = normal95 * math.Sqrt(s.Accuracy*(1-s.Accuracy)/n+z2/(4*n*n)) / (1 + z2/n)
	s.AccuracyInterval = [2]float64{max(0, center-half), min(1, center+half)}
	return s
}
