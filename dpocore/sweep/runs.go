// Package sweep compares the finished runs of a sweep by metrics that do not depend on their settings.
//
// Start with [Sort], which orders the settings from best to worst, and [Advise], which recommends one of them in a sentence, or
// says that pairs and seeds can't distinguish them. Rewards and reward margins are not used: they scale with beta, so of two runs
// that learned the same, the one with the larger beta has the larger margin.
package sweep

import (
	"cmp"
	"fmt"
	"slices"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/internal/wording"
)

// A Run is a finished run with its metrics on the held-out pairs.
type Run struct {
	Name    string            `json:"name"`
	Setting string            `json:"-"` // see [Point]
	Seed    int               `json:"-"`
	Pairs   []evaluation.Pair `json:"-"` // the same pairs in the same order for every run of a sweep
	evaluation.Replicated

	Answers *evaluation.AnswerReport `json:"-"` // nil if dpo eval --answers has not sampled any
}

// Summarize computes a run's metrics from its held-out pairs.
func Summarize(point Point, pairs []evaluation.Pair) (Run, error) {
	figures, err := evaluation.SummarizeSeeds([][]evaluation.Pair{pairs})
	if err != nil {
		return Run{}, fmt.Errorf("%s: %w", point.Name, err)
	}
	return Run{Name: point.Name, Setting: point.Setting, Seed: point.Config.Seed, Pairs: pairs, Replicated: figures}, nil
}

// A Setting is a combination of the axes' values other than the seed, with the finished runs of its seeds.
type Setting struct {
	Name  string `json:"name"` // that of its run, if there is one seed
	Seeds int    `json:"seeds"`
	evaluation.Replicated
	Runs []Run `json:"-"` // by seed

	Answers *evaluation.ReplicatedAnswers `json:"answers,omitempty"` // nil unless all runs have answered the same prompts
}

// onlySeeds is the name of the only setting of a sweep that varies nothing but the seed.
const onlySeeds = "all seeds"

// Settings groups finished runs by their settings, in the order of their first runs.
func Settings(runs []Run) (list []Setting, err error) {
	for _, run := range runs {
		i := slices.IndexFunc(list, func(s Setting) bool { return s.Runs[0].Setting == run.Setting })
		if i < 0 {
			i = len(list)
			list = append(list, Setting{Name: cmp.Or(run.Setting, onlySeeds)})
		}
		list[i].Runs = append(list[i].Runs, run)
	}
	for i := range list {
		s := &list[i]
		slices.SortFunc(s.Runs, func(a, b Run) int { return cmp.Compare(a.Seed, b.Seed) })
		s.Seeds = len(s.Runs)
		if s.Replicated, err = evaluation.SummarizeSeeds(s.pairs(nil)); err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		s.summarizeAnswers()
	}
	return list, nil
}

func (s *Setting) summarizeAnswers() {
	var reports []*evaluation.AnswerReport
	for _, run := range s.Runs {
		reports = append(reports, run.Answers)
	}
	if answers, ok := evaluation.SummarizeAnswerSeeds(reports); ok {
		s.Answers = &answers
	}
}

// pairs returns the pairs of the setting's runs, [seeds][pairs], of the seeds listed, or of all.
func (s Setting) pairs(seeds []int) (list [][]evaluation.Pair) {
	for _, run := range s.Runs {
		if seeds == nil || slices.Contains(seeds, run.Seed) {
			list = append(list, run.Pairs)
		}
	}
	return list
}

// common returns the seeds with which both settings have a finished run.
func common(a, b Setting) []int {
	seeds := []int{}
	for _, run := range a.Runs {
		if slices.ContainsFunc(b.Runs, func(other Run) bool { return other.Seed == run.Seed }) {
			seeds = append(seeds, run.Seed)
		}
	}
	return seeds
}

// compare tests two settings on the seeds that they have in common.
func compare(a, b Setting) (statistics.Difference, error) {
	seeds := common(a, b)
	d, err := evaluation.CompareSeeds(a.pairs(seeds), b.pairs(seeds))
	if err != nil {
		return d, fmt.Errorf("compare %s with %s: %w", a.Name, b.Name, err)
	}
	return d, nil
}

// Sort orders settings by higher accuracy; ties by larger gap, then smaller divergence, then higher log-probability of the
// chosen answers.
func Sort(settings []Setting) {
	slices.SortStableFunc(settings, func(a, b Setting) int { return cmp.Or(better(a.Replicated, b.Replicated), cmp.Compare(a.Name, b.Name)) })
}

// better is negative if a comes before b.
func better(a, b evaluation.Replicated) int {
	return cmp.Or(cmp.Compare(b.Accuracy.Value, a.Accuracy.Value), cmp.Compare(b.Gap.Value, a.Gap.Value),
		cmp.Compare(a.KL.Value, b.KL.Value), cmp.Compare(b.Chosen.Value, a.Chosen.Value))
}

func compareKL(a, b Setting) int { return cmp.Compare(a.KL.Value, b.KL.Value) }

// Columns are the headings of [Setting.Row].
var Columns = []string{"run", "seeds", "held-out accuracy", "95 % interval", "gap (nats)", "KL (nats per token)", "chosen answers (nats)"}

// Row formats a setting's metrics for the columns in Columns.
func (s Setting) Row() []string {
	return []string{
		s.Name, fmt.Sprint(s.Seeds), wording.Percent(s.Accuracy.Value), wording.Percent(s.Accuracy.Low) + " to " + wording.Percent(s.Accuracy.High),
		fmt.Sprintf("%+.2f", s.Gap.Value), fmt.Sprintf("%.3g", s.KL.Value), fmt.Sprintf("%+.2f", s.Chosen.Value),
	}
}

// ColumnHelp explains the columns.
const ColumnHelp = "Gap: how much more training raised the log-probability of chosen answers than that of rejected ones, without beta. " +
	"KL: how far the model has moved from its reference. Chosen answers: change in their log-probability; below 0 they have become less likely. " +
	"With several seeds each figure is their mean, and the interval is for other seeds and other pairs; with one it is for other pairs only."
