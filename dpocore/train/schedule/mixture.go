package schedule

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
)

// mixture applies a mix of objectives to a run's training pairs. It has no state, so that a resumed run continues with the
// same pairs.
type mixture struct {
	draws   []int     // when mixed by sampling: the pairs of all steps, in order
	weights []float64 // when mixed in the loss: the weight of each training pair, 1 on average
}

// newMixture applies a mix to pairs with these objectives.
func newMixture(c config.Config, mix *dataset.Mix, objectives []string) (*mixture, error) {
	pairsOf := map[string][]int{}
	for pair, name := range objectives {
		pairsOf[name] = append(pairsOf[name], pair)
	}
	for _, o := range mix.Objectives {
		if o.Weight > 0 && len(pairsOf[o.Name]) == 0 {
			return nil, fmt.Errorf("the objective %q of the mix has no training pair that fits into %d tokens; raise the maximum length or leave the objective out", o.Name, c.MaxLength)
		}
	}
	m := &mixture{}
	if mix.By == dataset.MixLoss {
		for _, name := range objectives {
			m.weights = append(m.weights, mix.Share(name)*float64(len(objectives))/float64(len(pairsOf[name])))
		}
		return m, nil
	}
	m.draws = drawPairs(c, mix, pairsOf, c.MaxSteps*c.StepPairs())
	return m, nil
}

// drawPairs draws count pairs. Each draw goes to the objective that is furthest behind its share, so that after every step
// each objective has had its share to within a pair or so. Once all of an objective's pairs have been drawn, they
// are drawn again in a new order.
func drawPairs(c config.Config, mix *dataset.Mix, pairsOf map[string][]int, count int) []int {
	draws, drawn := make([]int, 0, count), make([]int, len(mix.Objectives))
	orders := make([][]int, len(mix.Objectives))
	for i := range count {
		next := furthestBehind(mix, drawn, i+1)
		name := mix.Objectives[next].Name
		pairs := pairsOf[name]
		epoch, within := drawn[next]/len(pairs), drawn[next]%len(pairs)
		if within == 0 {
			orders[next] = objectiveOrder(c, name, epoch, len(pairs))
		}
		draws = append(draws, pairs[orders[next][within]])
		drawn[next]++
	}
	return draws
}

// furthestBehind is the objective furthest below its share of a number of draws.
func furthestBehind(mix *dataset.Mix, drawn []int, draws int) int {
	next, behind := -1, 0.0
	for i, o := range mix.Objectives {
		missing := mix.Share(o.Name)*float64(draws) - float64(drawn[i])
		if o.Weight > 0 && (next < 0 || missing > behind) {
			next, behind = i, missing
		}
	}
	return next
}

// objectiveOrder is the order of an objective's pairs in one pass over them.
func objectiveOrder(c config.Config, name string, epoch, pairs int) []int {
	if !c.Shuffle {
		list := make([]int, pairs)
		for i := range list {
			list[i] = i
		}
		return list
	}
	sum := fnv.New64a()
	fmt.Fprint(sum, name) // writing to a hash never fails
	return rand.New(rand.NewPCG(uint64(c.Seed)^sum.Sum64(), uint64(epoch))).Perm(pairs)
}

// weight is how much a training pair's loss counts in a mean over pairs; 1 for a nil mixture.
func (m *mixture) weight(pair int) float32 {
	if m == nil || m.weights == nil {
		return 1
	}
	return float32(m.weights[pair])
}
