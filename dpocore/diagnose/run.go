package diagnose

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/statistics"
)

// A Run is what a diagnosis looks at. Only Settings and History must be there.
type Run struct {
	Settings Settings
	History  metrics.History
	Pairs    []evaluation.Pair     // the held-out pairs, as the last evaluation measured them
	Answers  []evaluation.Answered // likeliest answers before and after, as a comparison has kept them
	Report   *evaluation.Report    // of the last evaluation after the run
}

// Settings are the part of run.json that rules look at.
type Settings struct {
	Config struct {
		Beta         float64 `json:"beta"`
		LossType     string  `json:"loss_type"`
		LearningRate float64 `json:"learning_rate"`
		MaxGradNorm  float64 `json:"max_grad_norm"`
		InitAdapter  string  `json:"init_adapter"`
		Precision    string  `json:"precision"`
	} `json:"config"`
	Train struct {
		Pairs int `json:"pairs"`
	} `json:"train"`
	HeldOut struct {
		Pairs int `json:"pairs"`
	} `json:"held_out"`
}

// Read reads what a run's folder holds, finished or not.
func Read(dir string) (r Run, err error) {
	if ok, err := readJSON(filepath.Join(dir, "run.json"), &r.Settings); err != nil || !ok {
		if err == nil {
			err = fmt.Errorf("diagnose a run: there is no run in %s; name the folder that training made", dir)
		}
		return r, err
	}
	if r.History, err = metrics.ReadHistory(dir); err != nil {
		return r, fmt.Errorf("diagnose a run: %w", err)
	}
	if r.Pairs, err = evaluation.ReadPairs(filepath.Join(dir, evaluation.PairsFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return r, fmt.Errorf("diagnose a run: %w", err)
	}
	report, ok, err := evaluation.ReadReport(dir)
	if err != nil {
		return r, fmt.Errorf("diagnose a run: %w", err)
	}
	if ok {
		r.Report = &report
	}
	r.Answers, err = readAnswers(filepath.Join(dir, "answers.json"))
	return r, err
}

// readAnswers reads the answers that a comparison has kept; none where there was none.
func readAnswers(path string) (list []evaluation.Answered, err error) {
	var kept struct {
		Answers []struct {
			Prompt      string `json:"prompt"`
			Before      string `json:"before"`
			After       string `json:"after"`
			BeforeEnded bool   `json:"before_ended"`
			AfterEnded  bool   `json:"after_ended"`
		} `json:"answers"`
	}
	if _, err := readJSON(path, &kept); err != nil {
		return nil, err
	}
	for _, a := range kept.Answers {
		list = append(list, evaluation.Answered{
			Prompt: a.Prompt,
			Base:   evaluation.Answer{Text: a.Before, Ended: a.BeforeEnded},
			Run:    evaluation.Answer{Text: a.After, Ended: a.AfterEnded},
		})
	}
	return list, nil
}

// readJSON reads a file into a value; ok is false where there is none.
func readJSON(path string, into any) (ok bool, err error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return false, fmt.Errorf("diagnose a run: read %s: %w", path, err)
	}
	return true, nil
}

// ends are the means of a figure over the first and the last fifth of the steps, at least 3 and at most 10 of them.
// Steps without the figure are left out.
func (r Run) ends(figure func(metrics.Event) float64) (first, last float64) {
	n := len(r.History.Steps)
	k := min(n, max(3, min(10, n/5)))
	return mean(r.History.Steps[:k], figure), mean(r.History.Steps[n-k:], figure)
}

// mean over the steps that have the figure; NaN where none has.
func mean(steps []metrics.Event, figure func(metrics.Event) float64) float64 {
	sum, count := 0.0, 0.0
	for _, e := range steps {
		if value := figure(e); !math.IsNaN(value) {
			sum, count = sum+value, count+1
		}
	}
	return sum / count
}

// enough says whether the run has steps to tell a trend from.
func (r Run) enough() bool { return len(r.History.Steps) >= fewSteps }

// last is the last evaluation of held-out pairs; ok is false where there was none.
func (r Run) last() (e metrics.Evaluation, ok bool) {
	if n := len(r.History.Evaluations); n > 0 {
		return r.History.Evaluations[n-1], true
	}
	return e, false
}

// accuracy is that on held-out pairs, with its interval: from the pairs themselves where they were kept, or else from
// their number; ok is false where none were evaluated.
func (r Run) accuracy() (a statistics.Estimate, pairs int, ok bool) {
	var groups []int
	var right []bool
	for _, p := range r.Pairs {
		groups, right = append(groups, p.Prompt), append(right, p.Right())
	}
	if e, any := r.last(); len(groups) == 0 && any {
		for i := range r.Settings.HeldOut.Pairs {
			groups, right = append(groups, i), append(right, float64(i)+0.5 < e.RewardsAccuracies*float64(r.Settings.HeldOut.Pairs))
		}
	}
	if len(groups) == 0 {
		return a, 0, false
	}
	return statistics.Share(groups, right), len(groups), true
}

// gains are what answers have gained in nats, of held-out pairs where there are any, or of the last training pairs.
func (r Run) gains() (chosen, rejected float64) {
	beta := r.Settings.Config.Beta
	if e, ok := r.last(); ok {
		return e.RewardsChosen / beta, e.RewardsRejected / beta
	}
	_, chosen = r.ends(func(e metrics.Event) float64 { return e.RewardsChosen })
	_, rejected = r.ends(func(e metrics.Event) float64 { return e.RewardsRejected })
	return chosen / beta, rejected / beta
}
