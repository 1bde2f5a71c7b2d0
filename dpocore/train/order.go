package train

import (
	"math/rand/v2"

	"example.com/gonb-dpo/dpocore/config"
)

// order says which pairs each step learns from. Nothing that it says depends on what was asked before, so that a resumed
// run goes on in the same order: an epoch's permutation follows from the seed and the epoch.
type order struct {
	pairs, perStep int
	shuffle        bool
	seed           uint64

	shuffled []int // the permutation of an epoch, kept for the next step
	of       int   // that epoch
}

func newOrder(c config.Config, pairs int) order {
	return order{pairs: pairs, perStep: c.StepPairs(), shuffle: c.Shuffle, seed: uint64(c.Seed)}
}

// stepsPerEpoch counts the last, smaller step of an epoch.
func (o *order) stepsPerEpoch() int { return (o.pairs + o.perStep - 1) / o.perStep }

// step lists the pairs of a step, counted from 0.
func (o *order) step(step int) []int {
	epoch, within := step/o.stepsPerEpoch(), step%o.stepsPerEpoch()
	begin := within * o.perStep
	end := min(begin+o.perStep, o.pairs)
	if !o.shuffle {
		list := make([]int, 0, end-begin)
		for i := begin; i < end; i++ {
			list = append(list, i)
		}
		return list
	}
	if o.shuffled == nil || o.of != epoch {
		o.shuffled, o.of = rand.New(rand.NewPCG(o.seed, uint64(epoch))).Perm(o.pairs), epoch
	}
	return o.shuffled[begin:end:end]
}

// seen is the number of pairs that all steps before this one have learned from.
func (o *order) seen(step int) int {
	epoch, within := step/o.stepsPerEpoch(), step%o.stepsPerEpoch()
	return epoch*o.pairs + min(within*o.perStep, o.pairs)
}
