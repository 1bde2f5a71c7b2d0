package plots

import (
	"math"
	"math/rand/v2"

	"example.com/gonb-dpo/dpocore/metrics"
)

// syntheticRun is a run that looks like DPO on clear-cut pairs: the margin grows from 0
// towards reach with the noise of 8 pairs per step, the loss follows from the margin,
// and rejected answers lose more probability than chosen ones. It is evaluated every
// evalEvery steps, 0 for never.
func syntheticRun(steps, evalEvery int, reach float64) metrics.History {
	random := rand.New(rand.NewPCG(7, uint64(steps)))
	var h metrics.History
	for step := 1; step <= steps; step++ {
		grown := 1 - math.Exp(-float64(step-1)/(0.4*50)) // a share of reach
		rewards, losses, ahead := 0.0, 0.0, 0.0
		const pairs = 8
		for range pairs {
			margin := reach * grown * (1 + 1.1*random.NormFloat64())
			rewards += margin / pairs
			losses += math.Log1p(math.Exp(-margin)) / pairs
			if margin > 0 {
				ahead += 1.0 / pairs
			}
		}
		chosen := 0.15*reach*grown + 0.06*reach*grown*random.NormFloat64()
		h.Steps = append(h.Steps, metrics.Event{
			Step: step, Epoch: float64(step) / 24, GradNorm: 4 + random.NormFloat64(), LearningRate: 5e-5 * float64(steps-step) / float64(steps),
			PairMeans: metrics.PairMeans{
				Loss: losses, RewardsChosen: chosen, RewardsRejected: chosen - rewards, RewardsMargins: rewards, RewardsAccuracies: ahead,
				LogpsChosen: -92 + 10*chosen + 9*random.NormFloat64(), LogpsRejected: -88 + 10*(chosen-rewards) + 9*random.NormFloat64(),
			},
			NumTokens: int64(step * 2100),
		})
		if evalEvery > 0 && step%evalEvery == 0 {
			margin := 0.8 * reach * grown
			h.Evaluations = append(h.Evaluations, metrics.Evaluation{
				Step: step,
				PairMeans: metrics.PairMeans{
					Loss: math.Log1p(math.Exp(-margin)) + 0.02*grown, RewardsChosen: 0.1 * reach * grown, RewardsRejected: 0.1*reach*grown - margin,
					RewardsMargins: margin, RewardsAccuracies: 0.5 + 0.26*grown*math.Sqrt(reach), LogpsChosen: -93, LogpsRejected: -89 - 10*margin,
				},
			})
		}
	}
	return h
}

// mixedRun is a syntheticRun that mixes three objectives with these weights: each
// margin grows with its objective's weight, and accuracies follow the margins.
func mixedRun(steps, evalEvery int, helpfulness, harmlessness, truthfulness float64) metrics.History {
	h := syntheticRun(steps, evalEvery, 0.9)
	of := func(step, pairs int) (list []metrics.Objective) {
		grown := 1 - math.Exp(-float64(step)/20)
		for _, o := range []struct {
			name  string
			share float64
		}{{"harmlessness", harmlessness}, {"helpfulness", helpfulness}, {"truthfulness", truthfulness}} {
			margin := 0.4 * grown * (0.3 + o.share)
			list = append(list, metrics.Objective{Name: o.name, Pairs: pairs, Loss: math.Log1p(math.Exp(-margin)),
				RewardsMargins: margin, RewardsAccuracies: math.Round(float64(pairs)*(0.5+0.9*margin)) / float64(pairs)})
		}
		return list
	}
	for i := range h.Steps {
		h.Steps[i].Objectives = of(i+1, 4)
	}
	for i := range h.Evaluations {
		h.Evaluations[i].Objectives = of(h.Evaluations[i].Step, 20)
	}
	return h
}
