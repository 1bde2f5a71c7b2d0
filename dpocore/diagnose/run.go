package diagnose

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/dpocore/metrics"
)

// A Run is the input of a diagnosis. Only Settings and History are required.
type Run struct {
	Settings Settings
	History  metrics.History
	Pairs    []evaluation.Pair       // held-out pairs, as measured by the last evaluation
	Answers  []evaluation.AnswerPair // greedy answers of the base model and the run, saved by a comparison
	Report   *evaluation.Report      // of the last evaluation after training
}

// Settings is the part of run.json that rules use.
type Settings struct {
	Config struct {
		Beta         float64 `json:"beta"`
		LossType     string  `json:"loss_type"`
		LearningRate float64 `json:"learning_rate"`
		MaxGradNorm  float64 `json:"max_grad_norm"`
		InitAdapter  string  `json:"init_adapter"`
		Reference    string  `json:"reference"`
		Precision    string  `json:"precision"`
	} `json:"config"`
	Rewards string `json:"rewards"` // what they are beta times of; "" for the log-ratio to the reference
	Train   struct {
		Pairs int `json:"pairs"`
	} `json:"train"`
	HeldOut struct {
		Pairs int `json:"pairs"`
	} `json:"held_out"`
}

// Read reads a run folder, whether or not the run has finished.
func Read(dir string) (r Run, err error) {
	exists, err := readJSON(filepath.Join(dir, "run.json"), &r.Settings)
	if err != nil {
		return r, err
	}
	if !exists {
		return r, fmt.Errorf("diagnose: there is no run in %s; name a run folder that training created", dir)
	}
	if r.History, err = metrics.ReadHistory(dir); err != nil {
		return r, fmt.Errorf("diagnose: %w", err)
	}
	if r.Pairs, err = evaluation.ReadPairs(filepath.Join(dir, evaluation.PairsFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return r, fmt.Errorf("diagnose: %w", err)
	}
	report, exists, err := evaluation.ReadReport(dir)
	if err != nil {
		return r, fmt.Errorf("diagnose: %w", err)
	}
	if exists {
		r.Report = &report
	}
	r.Answers, err = readAnswers(filepath.Join(dir, "answers.json"))
	return r, err
}

// readAnswers reads the answers that a comparison saved, if any.
func readAnswers(path string) (list []evaluation.AnswerPair, err error) {
	var saved struct {
		Answers []struct {
			Prompt      string `json:"prompt"`
			Before      string `json:"before"`
			After       string `json:"after"`
			BeforeEnded bool   `json:"before_ended"`
			AfterEnded  bool   `json:"after_ended"`
		} `json:"answers"`
	}
	if _, err := readJSON(path, &saved); err != nil {
		return nil, err
	}
	for _, a := range saved.Answers {
		list = append(list, evaluation.AnswerPair{
			Prompt: a.Prompt,
			Base:   evaluation.Answer{Text: a.Before, Ended: a.BeforeEnded},
			Run:    evaluation.Answer{Text: a.After, Ended: a.AfterEnded},
		})
	}
	return list, nil
}

// readJSON decodes a file into value; exists is false if there is no file.
func readJSON(path string, value any) (exists bool, err error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, value)
	}
	if err != nil {
		return false, fmt.Errorf("diagnose: read %s: %w", path, err)
	}
	return true, nil
}

// ends returns the means of a metric over the first and the last fifth of the steps, at least 3 and at most 10 each. It
// ignores NaN.
func (r Run) ends(metric func(metrics.Event) float64) (first, last float64) {
	n := len(r.History.Steps)
	k := min(n, max(3, min(10, n/5)))
	return mean(r.History.Steps[:k], metric), mean(r.History.Steps[n-k:], metric)
}

// mean averages a metric over the steps, ignoring NaN; it is NaN if there is no value.
func mean(steps []metrics.Event, metric func(metrics.Event) float64) float64 {
	sum, count := 0.0, 0.0
	for _, e := range steps {
		if value := metric(e); !math.IsNaN(value) {
			sum, count = sum+value, count+1
		}
	}
	return sum / count
}

// longEnough reports whether the run has enough steps to show a trend.
func (r Run) longEnough() bool { return len(r.History.Steps) >= minSteps }

// lastEvaluation returns the last evaluation of held-out pairs; ok is false if there was none.
func (r Run) lastEvaluation() (e metrics.Evaluation, ok bool) {
	if n := len(r.History.Evaluations); n > 0 {
		return r.History.Evaluations[n-1], true
	}
	return e, false
}

// accuracy returns the accuracy on held-out pairs with its interval, without those that were trained on unless all were.
// Without saved pairs, it assumes one pair per prompt. ok is false if nothing was evaluated.
func (r Run) accuracy() (a statistics.Estimate, pairs int, ok bool) {
	var groups []int
	var correct []bool
	for _, p := range r.Pairs {
		if p.Finite() && (!p.Trained || r.trainedHeldOut() == len(r.Pairs)) {
			groups, correct = append(groups, p.Prompt), append(correct, p.Correct())
		}
	}
	if e, exists := r.lastEvaluation(); len(r.Pairs) == 0 && exists {
		for i := range r.Settings.HeldOut.Pairs {
			groups, correct = append(groups, i), append(correct, float64(i)+0.5 < e.RewardsAccuracies*float64(r.Settings.HeldOut.Pairs))
		}
	}
	if len(groups) == 0 {
		return a, 0, false
	}
	return statistics.Share(groups, correct), len(groups), true
}

// trainedHeldOut is the number of held-out pairs whose prompts were trained on.
func (r Run) trainedHeldOut() (count int) {
	for _, p := range r.Pairs {
		if p.Trained {
			count++
		}
	}
	return count
}

// referenceFree reports whether rewards are log-probabilities, which are not 0 when training begins.
func (r Run) referenceFree() bool { return r.Settings.Rewards != "" }

// perToken reports whether rewards are of log-probabilities per token.
func (r Run) perToken() bool { return strings.Contains(r.Settings.Rewards, "mean") }

// nats returns the unit of gains, and how many nats of a whole answer make one of it.
func (r Run) nats() (unit string, scale float64) {
	if r.perToken() {
		return "nats per token", 1. / answerTokens
	}
	return "nats", 1
}

// moved returns what a reward, or a difference of rewards, has gained by the last steps, without beta.
func (r Run) moved(reward func(metrics.Event) float64) float64 {
	first, last := r.ends(reward)
	if r.referenceFree() {
		last -= first
	}
	return last / r.Settings.Config.Beta
}

// gains returns the change in log-probability of chosen and rejected answers, in the unit of [Run.nats]: of held-out pairs if
// any, otherwise of the last training pairs.
func (r Run) gains() (chosen, rejected float64) {
	beta := r.Settings.Config.Beta
	if e, ok := r.lastEvaluation(); ok && !r.referenceFree() {
		return e.RewardsChosen / beta, e.RewardsRejected / beta
	}
	return r.moved(func(e metrics.Event) float64 { return e.RewardsChosen }), r.moved(func(e metrics.Event) float64 { return e.RewardsRejected })
}
