package source

import (
	"example.com/gonb-dpo/dpocore/preference"
)

const hhRevision = "09be8c5bbc57cb3887f3a9732ad6aa7ec602a1fa"

// hhRLHF has a source for each part of HH-RLHF.
var hhRLHF = func() (list []named) {
	for _, part := range []string{"harmless-base", "helpful-base", "helpful-online", "helpful-rejection-sampled"} {
		list = append(list, named{"hh-rlhf/" + part, set{
			dataset("Anthropic/hh-rlhf", hhRevision), []string{part + "/train.jsonl.gz"}, []string{part + "/test.jsonl.gz"}, readHH,
			"conversations with an assistant and two answers, one preferred by a crowd worker (" + part + ")"}})
	}
	return list
}()

// readHH reads HH-RLHF (Bai et al. 2022, https://arxiv.org/abs/2204.05862): pairs of
// transcripts that differ in the last answer.
func readHH(into *preference.Set, path string, _ Options) error {
	return readPairs(into, path, nil)
}
