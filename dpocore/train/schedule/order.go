package schedule

import (
	"math/rand/v2"

	"example.com/gonb-dpo/dpocore/config"
)

// order decides which pairs each step trains on. An epoch's permutation follows from the seed and the epoch alone, so that
// a resumed run continues in the same order.
type order struct {
	pairs, perStep int
	shuffle        bool
	seed           uint64

	permutation      []int // of the epoch asked for last
	permutationEpoch int
}

func newOrder(c config.Config, pairs int) order {
	return order{pairs: pairs, perStep: c.StepPairs(), shuffle: c.Shuffle, seed: uint64(c.Seed)}
}

// stepsPerEpoch includes the last, smaller step of an epoch.
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
	if o.permutation == nil || o.permutationEpoch != epoch {
		o.permutation, o.permutationEpoch = rand.New(rand.NewPCG(o.seed, uint64(epoch))).Perm(o.pairs), epoch
	}
	return o.permutation[begin:end:end]
}

// pairsBefore is the number of pairs in all steps before this one.
func (o *order) pairsBefore(step int) int {
	epoch, within := step/o.stepsPerEpoch(), step%o.stepsPerEpoch()
	return epoch*o.pairs + min(within*o.perStep, o.pairs)
}
