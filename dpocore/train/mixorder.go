package train

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/preference"
)

// mixture is a mix at work on a run's training pairs.
type mixture struct {
	perStep int
	draws   []int     // by sampling: the pairs of all steps, one step after the other
	weights []float64 // in the loss: of each training pair, 1 on average
}

// mixture lays out what the mix makes of pairs with these objectives. It holds nothing that changes: a resumed run goes
// on with the same pairs.
func newMixture(c config.Config, mix *dataset.Mix, aims []string) (*mixture, error) {
	own := map[string][]int{} // the pairs of each objective
	for pair, name := range aims {
		own[name] = append(own[name], pair)
	}
	for _, o := range mix.Objectives {
		if o.Weight > 0 && len(own[o.Name]) == 0 {
			return nil, fmt.Errorf("the objective %q of the mix has no pair to train on that fits %d tokens", o.Name, c.MaxLength)
		}
	}
	m := &mixture{perStep: c.StepPairs()}
	if mix.By == dataset.MixLoss {
		for _, name := range aims {
			m.weights = append(m.weights, mix.Share(name)*float64(len(aims))/float64(len(own[name])))
		}
		return m, nil
	}
	m.draws = drawPairs(c, mix, own, c.MaxSteps*m.perStep)
	return m, nil
}

// draw fills so many places with pairs. Each place goes to the objective that is furthest behind its share, so that
// after every step the objectives have had their shares to within a pair or so. An objective's own pairs come in a new
// order each time they have all been drawn.
func drawPairs(c config.Config, mix *dataset.Mix, own map[string][]int, places int) []int {
	draws, had := make([]int, 0, places), make([]int, len(mix.Objectives))
	orders := make([][]int, len(mix.Objectives))
	for place := range places {
		next, behind := -1, 0.0
		for i, o := range mix.Objectives {
			missing := mix.Share(o.Name)*float64(place+1) - float64(had[i])
			if o.Weight > 0 && (next < 0 || missing > behind) {
				next, behind = i, missing
			}
		}
		name := mix.Objectives[next].Name
		pairs := own[name]
		epoch, within := had[next]/len(pairs), had[next]%len(pairs)
		if within == 0 {
			orders[next] = epochOf(c, name, epoch, len(pairs))
		}
		draws = append(draws, pairs[orders[next][within]])
		had[next]++
	}
	return draws
}

// epochOf is the order of an objective's pairs in an epoch of its own.
func epochOf(c config.Config, name string, epoch, pairs int) []int {
	if !c.Shuffle {
		list := make([]int, pairs)
		for i := range list {
			list[i] = i
		}
		return list
	}
	sum := fnv.New64a()
	fmt.Fprint(sum, name) // a hash never fails to take bytes
	return rand.New(rand.NewPCG(uint64(c.Seed)^sum.Sum64(), uint64(epoch))).Perm(pairs)
}

// stepPairs lists the training pairs of a step, counted from 0.
func (t *trainer) stepPairs(step int) []int {
	if m := t.mixture; m != nil && m.draws != nil {
		return m.draws[step*m.perStep : (step+1)*m.perStep]
	}
	return t.order.step(step)
}

// seen is the number of pairs that all steps before this one have learned from.
func (t *trainer) seen(step int) int {
	if m := t.mixture; m != nil && m.draws != nil {
		return step * m.perStep
	}
	return t.order.seen(step)
}

// lossWeight is how much a training pair's loss counts in a mean over pairs.
func (t *trainer) lossWeight(pair int) float32 {
	if m := t.mixture; m != nil && m.weights != nil {
		return float32(m.weights[pair])
	}
	return 1
}

// aim is the objective that the figures of a pair go to: none where the run mixes none.
func (t *trainer) aim(pair *preference.Pair) string {
	if t.mixture == nil {
		return ""
	}
	return pair.Objective
}
