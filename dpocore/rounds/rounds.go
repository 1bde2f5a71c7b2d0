// Package rounds trains in rounds (iterative DPO): each round after the first trains on pairs of the model's own answers,
// scored by a judge.
//
// Start with [Run]; [Config] has the settings.
package rounds

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/wording"
)

// The reference model of the rounds after the first.
const (
	// ReferencePrevious merges each round's adapter into the model, and the next round trains a new adapter on the result,
	// which is also its reference. The model can move further from the first one with every round.
	ReferencePrevious = "previous"
	// ReferenceBase continues to train the previous round's adapter on the first model, which remains the reference of all
	// rounds and keeps the model close to it. The result is one adapter for the first model.
	ReferenceBase = dataset.ReferenceFirst
)

// References are the values of [Config.Reference].
var References = []string{ReferencePrevious, ReferenceBase}

// Config is how [Run] alternates training with sampling and judging answers.
type Config struct {
	Rounds    int           `json:"rounds"`        // of training; before each except the first, the model answers prompts
	Own       bool          `json:"own,omitempty"` // the model answers prompts before the first round too, so that no pairs are needed
	Reference string        `json:"reference"`     // one of References
	Train     config.Config `json:"train"`         // of every round

	Prompts     int     `json:"prompts"` // new prompts per round, fewer if they run out
	Answers     int     `json:"answers"` // per prompt, sampled as one batch
	Temperature float64 `json:"temperature"`
	TopP        float64 `json:"top_p"`
	MaxTokens   int     `json:"max_tokens"` // per answer

	Choice string  `json:"choice"`  // which pairs to make from the answers to a prompt: one of [preference.Choices]
	MinGap float64 `json:"min_gap"` // minimum score difference of a pair
}

// Default is two rounds, the second on the best and the worst of four answers to each of 32 prompts.
func Default() Config {
	return Config{
		Rounds: 2, Reference: ReferencePrevious, Train: config.Default(),
		Prompts: 32, Answers: 4, Temperature: 1, TopP: 0.95, MaxTokens: 128,
		Choice: "best-worst",
	}
}

// Validate returns every invalid setting.
func (c Config) Validate() error {
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(c.Rounds < 1, "the number of rounds is %d; it must be at least 1", c.Rounds)
	fault(!slices.Contains(References, c.Reference), "the reference is %q; it must be %s (the model of the previous round) or %s (the first model)", c.Reference, ReferencePrevious, ReferenceBase)
	fault(c.Prompts < 1, "the number of prompts per round is %d; it must be at least 1", c.Prompts)
	fault(c.Answers < 2, "the number of answers per prompt is %d; it must be at least 2, to make pairs", c.Answers)
	fault(c.Temperature == 0, "the temperature is 0, at which all answers to a prompt are equal; 1 is a good start")
	fault(!slices.Contains(preference.Choices, c.Choice), "the choice of pairs is %q; it must be one of %s", c.Choice, strings.Join(preference.Choices, ", "))
	fault(c.Train.InitAdapter != "" && c.Reference == ReferencePrevious, "rounds with the reference %s start without an adapter; merge %s into a model first", ReferencePrevious, c.Train.InitAdapter)
	fault(c.Train.Full, "rounds train adapters; leave out full")
	fault(c.Train.Reference != "", "the settings of training have the reference %s, but that of rounds is chosen separately: %s", c.Train.Reference, c.Reference)
	faults = append(faults, c.sampling(1).Validate(), preference.ListOptions{MinGap: c.MinGap}.Validate(), c.Train.Validate())
	return errors.Join(faults...)
}

// sampling returns the sampling options of the answers to a prompt, which has its own seed.
func (c Config) sampling(seed uint64) generate.Options {
	return generate.Options{MaxNewTokens: c.MaxTokens, Temperature: c.Temperature, TopP: c.TopP, Samples: c.Answers, Seed: seed}
}

// pairing returns how pairs are made from the scored answers to a prompt.
func (c Config) pairing() preference.ListOptions {
	choice, _ := preference.ParseChoice(c.Choice) // known to Validate
	return preference.ListOptions{Choice: choice, MinGap: c.MinGap}
}

// Prompts are the prompts of all rounds.
type Prompts struct {
	New []string // to train on, each in one round

	// Check prompts are answered before the first round and after each, to see from the judge's mean score whether rounds
	// help. None of them should be in New.
	Check []string
}

// firstOwn is the first round that trains on the model's own answers.
func (c Config) firstOwn() int {
	if c.Own {
		return 1
	}
	return 2
}

// of returns the new prompts of a round that trains on the model's own answers.
func (p Prompts) of(round int, c Config) []string {
	begin := min((round-c.firstOwn())*c.Prompts, len(p.New))
	return p.New[begin:min(begin+c.Prompts, len(p.New))]
}

// validate rejects empty prompts, and too few for the number of rounds.
func (p Prompts) validate(c Config) error {
	for _, prompt := range slices.Concat(p.New, p.Check) {
		if strings.TrimSpace(prompt) == "" {
			return errors.New("a prompt is empty; remove it")
		}
	}
	if used := (c.Rounds - c.firstOwn()) * c.Prompts; used >= 0 && len(p.New) <= used {
		return fmt.Errorf("there are %d prompts, but round %d starts at prompt %d; give more prompts, or use fewer per round (now %d)", len(p.New), c.Rounds, used+1, c.Prompts)
	}
	return nil
}

// Listener receives the events of rounds, in order and from one goroutine.
type Listener interface {
	Note(text string)                                  // a sentence that the user should read
	Progress(what string, done, total int)             // such as "answering the prompts of round 2"
	Training(round int, summary string) train.Listener // a round starts to train; returns the listener of its training
	Checked(Check)                                     // a model's answers to the check prompts are judged
}

// Check is the judge's mean score of a model's answers to the check prompts.
type Check struct {
	Round   int     `json:"round"`   // that trained the model; 0 for the first model
	Answers int     `json:"answers"` // with a score
	Score   float64 `json:"score"`   // mean over the answers with a score
	Ended   float64 `json:"ended"`   // share of all answers that ended with an end token

	// Change is the mean score minus that of the first model, over the prompts that have scores of both, with its interval for other
	// prompts. It is nil for the first model.
	Change *statistics.Estimate `json:"change,omitempty"`
}

// ChangeLine is the change with its interval, such as "+2.10 (+0.80 to +3.40)"; "" for the first model.
func (c Check) ChangeLine() string {
	if c.Change == nil {
		return ""
	}
	return fmt.Sprintf("%+.2f (%+.2f to %+.2f)", c.Change.Value, c.Change.Low, c.Change.High)
}

// Waiting is the error of rounds that can't continue until a person has judged answers. The same call then resumes.
type Waiting struct {
	Round   int
	Prompts int    // number of prompts whose answers are not judged
	File    string // of the answers, one prompt per line
	Judge   string
}

func (w *Waiting) Error() string {
	return fmt.Sprintf("the answers to %s of round %d wait for %s; judge those in %s, then run this again to resume", wording.Count(w.Prompts, "prompt"), w.Round, w.Judge, w.File)
}

func (w *Waiting) Unwrap() error { return judge.ErrWaiting }
