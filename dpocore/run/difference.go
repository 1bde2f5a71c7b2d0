package run

import (
	"cmp"
	"fmt"

	"example.com/gonb-dpo/dpocore/config"
)

// differs returns the first difference between two runs that changes what is learned, such as "its beta is 0.1, this
// run's is 0.3"; "" if r can continue the recorded run.
func (r Record) differs(recorded Record) string {
	return cmp.Or(
		difference("model", r.Model.Weights, recorded.Model.Weights),
		difference("tokenizer", r.Model.Tokenizer, recorded.Model.Tokenizer),
		difference("initial adapter", r.Model.Adapter, recorded.Model.Adapter),
		config.Difference(r.Config, recorded.Config),
		difference("mix of objectives", r.Mix.String(), recorded.Mix.String()),
		difference("training set", r.Train.Tokens, recorded.Train.Tokens),
	)
}

func difference(name, mine, recorded string) string {
	if mine == recorded {
		return ""
	}
	return fmt.Sprintf("its %s is %s, this run's is %s", name, recorded, mine)
}
