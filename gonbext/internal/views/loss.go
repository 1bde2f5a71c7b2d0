package views

import (
	"fmt"
	"math"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/gonbext/internal/output"
)

// Changes is how a run changed the log-probabilities of pair i's answers.
func Changes(i int, f evaluation.Pair) output.Table {
	t := output.Table{
		Caption: "Log-probabilities of the answers to pair " + fmt.Sprint(i),
		Columns: []string{"answer", "reference (before)", "policy (after)", "change", "in words"},
	}
	add := func(name string, before, after float64) {
		t.Add(name, fmt.Sprintf("%.2f", before), fmt.Sprintf("%.2f", after), fmt.Sprintf("%+.2f", after-before), ratioInWords(after-before))
	}
	add("chosen", f.RefLogpsChosen, f.LogpsChosen)
	add("rejected", f.RefLogpsRejected, f.LogpsRejected)
	return t
}

// ratioInWords describes a difference of log-probabilities as a ratio of probabilities.
func ratioInWords(difference float64) string {
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

// Loss is the computation of one pair's DPO loss, a row per step (Rafailov et al. 2023, equation 7).
func Loss(f evaluation.Pair, beta float64) output.Table {
	chosen, rejected := beta*(f.LogpsChosen-f.RefLogpsChosen), beta*(f.LogpsRejected-f.RefLogpsRejected)
	margin := chosen - rejected
	sigmoid := 1 / (1 + math.Exp(-margin))
	num := func(x float64) string { return fmt.Sprintf("%.4f", x+0) } // + 0 turns -0 into 0
	return output.Table{
		Caption: fmt.Sprintf("The loss of this pair, with beta %g", beta),
		Columns: []string{"what", "value", "how"},
		Rows: [][]string{
			{"log π(chosen), policy", num(f.LogpsChosen), "sum over the answer's tokens"},
			{"log π(rejected), policy", num(f.LogpsRejected), "the same"},
			{"log π_ref(chosen), reference", num(f.RefLogpsChosen), "the model before training"},
			{"log π_ref(rejected), reference", num(f.RefLogpsRejected), "the same"},
			{"reward of chosen", num(chosen), "beta · (log π − log π_ref)"},
			{"reward of rejected", num(rejected), "the same"},
			{"margin", num(margin), "reward of chosen − reward of rejected"},
			{"σ(margin)", num(sigmoid), "1 / (1 + e^−margin)"},
			{"loss", num(pairLoss(margin)), "−ln σ(margin)"},
		},
	}
}
