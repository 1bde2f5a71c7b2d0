package gonbext

import (
	"context"
	"errors"
	"fmt"
	"math"

	"example.com/gonb-dpo/dpocore"
)

// Loss computes the DPO loss of one pair by hand, before any training: policy and reference are the same model then, so
// both rewards are 0, the sigmoid is one half and the loss ln 2. [Explain] does the same after a run.
func Loss(p Pairs, i int, beta float64) {
	task(func(ctx context.Context, say func(string, ...any)) (content, error) {
		if !(beta > 0) || math.IsInf(beta, 0) {
			return nil, fmt.Errorf("beta is %g; it must be above 0 (0.1 is a good start)", beta)
		}
		figures, err := measureOne(ctx, "", p, i, say)
		if err != nil {
			return nil, err
		}
		return several{lossTable(figures, beta), paragraph("Policy and reference are still the same model, so no reward differs from 0 and the loss is ln 2, the loss of a coin toss.")}, nil
	})
}

// Explain shows what a run did to one pair: the log-probabilities of both answers before and after, and the loss.
func Explain(dir string, p Pairs, i int) {
	task(func(ctx context.Context, say func(string, ...any)) (content, error) {
		record, err := finishedRun(dir)
		if err != nil {
			return nil, err
		}
		f, err := measureOne(ctx, dir, p, i, say)
		if err != nil {
			return nil, err
		}
		t := table{caption: "Log-probabilities of the answers to pair " + fmt.Sprint(i), columns: []string{"answer", "reference (before)", "policy (after)", "change", "in words"}}
		t.rows = append(t.rows, changeRow("chosen", f.RefLogpsChosen, f.LogpsChosen), changeRow("rejected", f.RefLogpsReject, f.LogpsRejected))
		return several{t, lossTable(f, record.Config.Beta)}, nil
	})
}

func changeRow(name string, before, after float64) []string {
	return []string{name, fmt.Sprintf("%.2f", before), fmt.Sprintf("%.2f", after), fmt.Sprintf("%+.2f", after-before), times(after - before)}
}

// times says a difference of log-probabilities as a ratio.
func times(difference float64) string {
	ratio := math.Exp(math.Abs(difference))
	switch {
	case ratio < 1.005:
		return "as likely as before"
	case ratio > 1000 && difference > 0:
		return "over a thousand times as likely"
	case ratio > 1000:
		return "less than a thousandth as likely"
	case difference > 0:
		return fmt.Sprintf("%.3g times as likely", ratio)
	default:
		return fmt.Sprintf("%.3g times less likely", ratio)
	}
}

// lossTable is the loss of a pair, a line for each thing that is computed.
func lossTable(f dpocore.PairFigures, beta float64) table {
	chosen, rejected := beta*(f.LogpsChosen-f.RefLogpsChosen), beta*(f.LogpsRejected-f.RefLogpsReject)
	margin := chosen - rejected
	sigmoid := 1 / (1 + math.Exp(-margin))
	num := func(x float64) string { return fmt.Sprintf("%.4f", x+0) } // + 0 so that there is no "-0"
	return table{
		caption: fmt.Sprintf("The loss of this pair, with beta %g", beta),
		columns: []string{"what", "value", "how"},
		rows: [][]string{
			{"log π(chosen), policy", num(f.LogpsChosen), "summed over the answer's tokens"},
			{"log π(rejected), policy", num(f.LogpsRejected), "the same"},
			{"log π_ref(chosen), reference", num(f.RefLogpsChosen), "the model before training"},
			{"log π_ref(rejected), reference", num(f.RefLogpsReject), "the same"},
			{"reward of chosen", num(chosen), "beta · (log π − log π_ref)"},
			{"reward of rejected", num(rejected), "the same"},
			{"margin", num(margin), "reward of chosen − reward of rejected"},
			{"σ(margin)", num(sigmoid), "1 / (1 + e^−margin)"},
			{"loss", num(-math.Log(sigmoid)), "−ln σ(margin)"},
		},
	}
}

func measureOne(ctx context.Context, adapter string, p Pairs, i int, say func(string, ...any)) (dpocore.PairFigures, error) {
	set, err := p.one(i)
	if err != nil {
		return dpocore.PairFigures{}, err
	}
	model, err := baseModel()
	if err != nil {
		return dpocore.PairFigures{}, err
	}
	say("Measuring both answers")
	pairs, _, err := model.Evaluate(ctx, adapter, set, dpocore.DefaultConfig().MaxLength, func(int, int) {})
	if err != nil {
		return dpocore.PairFigures{}, err
	}
	return pairs[0], nil
}

// Evaluate measures a run on the held-out pairs: how often it prefers the chosen answer more than the base model does,
// and by how much, each with the interval that holds the true figure with 95 % confidence.
func Evaluate(dir string, p Pairs) {
	task(func(ctx context.Context, say func(string, ...any)) (content, error) {
		record, err := finishedRun(dir)
		if err != nil {
			return nil, err
		}
		set, held := p.heldOut, true
		if set == nil {
			set, held = p.train, false
		}
		if set == nil || len(set.Pairs) == 0 {
			return nil, errors.New("there are no pairs to evaluate on")
		}
		model, err := baseModel()
		if err != nil {
			return nil, err
		}
		pairs, _, err := model.Evaluate(ctx, dir, set, record.Config.MaxLength, func(done, total int) {
			say("Measuring %d pairs, part %d of %d", len(set.Pairs), min(done+1, total), total)
		})
		if err != nil {
			return nil, err
		}
		return evaluation(dpocore.ScoreOf(pairs), dir, record.Config.Beta, held), nil
	})
}

// evaluation puts a score into a table and words.
func evaluation(s dpocore.Score, dir string, beta float64, held bool) content {
	which := "held-out pairs"
	if !held {
		which = "pairs, none of them held out"
	}
	t := table{
		caption: fmt.Sprintf("%s on %d %s", dir, s.Pairs, which),
		columns: []string{"figure", "value", "95 % interval", "in words"},
		rows: [][]string{
			{"accuracy", percent(s.Accuracy), percent(s.AccuracyInterval[0]) + " to " + percent(s.AccuracyInterval[1]), "pairs whose chosen answer gained more than the rejected one"},
			{"margin in nats", fmt.Sprintf("%.2f", s.Margin), fmt.Sprintf("%.2f to %.2f", s.MarginInterval[0], s.MarginInterval[1]), "by how much more it gained, on average"},
			{"margin as reward", fmt.Sprintf("%.4f", beta*s.Margin), fmt.Sprintf("%.4f to %.4f", beta*s.MarginInterval[0], beta*s.MarginInterval[1]), fmt.Sprintf("the same times beta, %g", beta)},
		},
	}
	return several{t, verdict(s)}
}

func verdict(s dpocore.Score) content {
	switch {
	case s.AccuracyInterval[0] > 0.5:
		return box{doneBox, "Better than chance: all of the interval lies above 50 %."}
	case s.AccuracyInterval[1] < 0.5:
		return box{noteBox, "Worse than chance: all of the interval lies below 50 %. Check that chosen and rejected are not swapped."}
	default:
		return box{noteBox, "Not told from chance: the interval holds 50 %. More steps or more pairs to evaluate on may tell."}
	}
}

func percent(x float64) string { return fmt.Sprintf("%.0f %%", 100*x) }
