package measure

import (
	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/policy"
)

// LossOf is the configured loss for a batch of pairs.
func LossOf(c config.Config, pairs []batch.Example) policy.Loss {
	chosen := 0
	for _, pair := range pairs {
		chosen += len(pair.Chosen)
	}
	lossType, scalars := c.Loss()
	scalars.SFTTokens = float64(chosen) / float64(len(pairs))
	return policy.Loss{Type: lossType, Scalars: scalars}
}
