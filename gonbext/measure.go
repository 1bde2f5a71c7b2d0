package gonbext

import (
	"context"
	"fmt"
	"math"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/measure"
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
func lossTable(f evaluation.Pair, beta float64) table {
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

func measureOne(ctx context.Context, adapter string, p Pairs, i int, say func(string, ...any)) (evaluation.Pair, error) {
	set, err := p.one(i)
	if err != nil {
		return evaluation.Pair{}, err
	}
	model, err := baseModel()
	if err != nil {
		return evaluation.Pair{}, err
	}
	say("Measuring both answers")
	pairs, _, err := measure.Evaluate(ctx, model, adapter, set, config.Default().MaxLength, func(int, int) {})
	if err != nil {
		return evaluation.Pair{}, err
	}
	return pairs[0], nil
}
