package source

import (
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/pairfile"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

// readHH reads HH-RLHF (Bai et al. 2022, https://arxiv.org/abs/2204.05862): pairs of
// transcripts that differ in the last answer.
func readHH(into *preference.Set, path string, _ Options) error {
	return readPairs(into, path, nil)
}

// readBinarized reads the pairs that HuggingFaceH4 made from UltraFeedback for Zephyr
// (Tunstall et al. 2023, https://arxiv.org/abs/2310.16944). Pairs with equal scores are
// included, as published.
func readBinarized(into *preference.Set, path string, _ Options) error {
	return readPairs(into, path, []string{"prompt_id", "messages", "score_chosen", "score_rejected"})
}

// readPairs reads a file of pairs that must also have the given columns.
func readPairs(into *preference.Set, path string, required []string) error {
	pairs, err := pairfile.ReadFile(path)
	if err != nil {
		return err
	}
	for _, name := range required {
		if !slices.Contains(pairs.Columns.Unused, name) {
			return fmt.Errorf("%s: it has no column %q, which the published files have; choose a file of this source", path, name)
		}
	}
	into.Pairs = append(into.Pairs, pairs.Pairs...)
	into.Skipped = append(into.Skipped, pairs.Skipped...)
	into.Columns = pairs.Columns
	into.Columns.Unused = nil // as published, so there is nothing to report
	return nil
}

// readSHP reads the Stanford Human Preferences (Ethayarajh et al. 2022,
// https://proceedings.mlr.press/v162/ethayarajh22a.html): labels is 1 if
// comment A has more votes, else 0. Options.SHPPairs limits the pairs per post to the
// first ones in the file.
func readSHP(into *preference.Set, path string, o Options) error {
	ofPost := map[string]int{}
	needed := []string{"post_id", "history", "human_ref_A", "human_ref_B", "labels", "score_ratio"}
	return recordfile.ReadFile(path, needed, func(r recordfile.Record) error {
		var texts [4]string
		for i, name := range needed[:4] {
			var err error
			if texts[i], err = r.Text(name); err != nil {
				return err
			}
		}
		label, err := r.Number("labels")
		if err != nil {
			return err
		}
		ratio, err := r.Number("score_ratio")
		if err != nil {
			return err
		}
		post, chosen, rejected := texts[0], texts[2], texts[3]
		switch label {
		case 0:
			chosen, rejected = rejected, chosen
		case 1:
		default:
			return fmt.Errorf("field \"labels\" is %g; it must be 1 (A is preferred) or 0", label)
		}
		reason := ""
		switch {
		case ratio < o.SHPRatio:
			reason = fmt.Sprintf("with a score ratio below %g", o.SHPRatio)
		case o.SHPPairs > 0 && ofPost[post] == o.SHPPairs:
			reason = fmt.Sprintf("beyond the first %d of their post", o.SHPPairs)
		default:
			ofPost[post]++
		}
		into.Add(r.Pair(preference.User(texts[1]), chosen, rejected), reason)
		return nil
	})
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
