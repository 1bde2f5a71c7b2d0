package source

import (
	"fmt"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

const (
	binarizedRevision = "3949bf5f8c17c394422ccfab0c31ea9c20bdeb85"
	originalRevision  = "40b436560ca83a8dba36114c22ab3c66e43f6d5e"
)

// ultraFeedback is UltraFeedback as pairs, and as its authors published it.
var ultraFeedback = []named{
	{"ultrafeedback", set{dataset("HuggingFaceH4/ultrafeedback_binarized", binarizedRevision),
		[]string{"data/train_prefs-00000-of-00001.parquet"}, []string{"data/test_prefs-00000-of-00001.parquet"}, readBinarized,
		"61,000 prompts with the answer of four models that GPT-4 scored best, against another one"}},
	{"ultrafeedback/original", set{dataset("openbmb/UltraFeedback", originalRevision),
		[]string{"evol_instruct.jsonl", "false_qa.jsonl", "flan.jsonl", "sharegpt.jsonl", "truthful_qa.jsonl", "ultrachat.jsonl"}, nil, readOriginal,
		"64,000 prompts with all pairs of four models' answers, scored by GPT-4"}},
}

// readBinarized reads the pairs that HuggingFaceH4 made from UltraFeedback for Zephyr
// (Tunstall et al. 2023, https://arxiv.org/abs/2310.16944). Pairs with equal scores are
// included, as published.
func readBinarized(into *preference.Set, path string, _ Options) error {
	return readPairs(into, path, []string{"prompt_id", "messages", "score_chosen", "score_rejected"})
}

// readOriginal reads UltraFeedback as its authors published it (Cui et al.
// 2023, https://arxiv.org/abs/2310.01377): a prompt with the completions of
// four models, each with an overall score. It includes the
// questions of TruthfulQA, so don't evaluate on that benchmark afterwards. Completions
// without a text or a score are skipped.
func readOriginal(into *preference.Set, path string, o Options) error {
	return recordfile.ReadFile(path, []string{"source", "instruction", "models", "completions"}, func(r recordfile.Record) error {
		prompt, err := r.Text("instruction")
		if err != nil {
			return err
		}
		completions, err := r.Objects("completions")
		if err != nil {
			return err
		}
		var answers []preference.Scored
		for i, completion := range completions {
			at := fmt.Sprintf("completions[%d].", i)
			answer, err := completion.Text(at + "response")
			if err != nil {
				return err
			}
			if strings.TrimSpace(answer) == "" || !completion.Has(at+"overall_score") {
				continue
			}
			score, err := completion.Number(at + "overall_score")
			if err != nil {
				return err
			}
			answers = append(answers, preference.Scored{Answer: answer, Score: score})
		}
		return addScored(into, r, preference.User(prompt), answers, o.Answers)
	})
}

// addScored adds the pairs of one record's scored answers.
func addScored(into *preference.Set, r recordfile.Record, prompt []preference.Turn, answers []preference.Scored, o preference.ListOptions) error {
	if len(answers) < 2 {
		into.Add(r.Pair(prompt, "", ""), "fewer than two scored answers")
		return nil
	}
	pairs, err := preference.FromScores(prompt, answers, o)
	if err != nil {
		return err
	}
	if len(pairs) == 0 {
		into.Add(r.Pair(prompt, "", ""), preference.Tie)
	}
	for _, pair := range pairs {
		into.Add(r.Pair(pair.Prompt, pair.Chosen, pair.Rejected), "")
	}
	return nil
}
