package rounds

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/train"
)

// What the rounds after the first take for their reference.
const (
	// ReferencePrevious merges each round's adapter into the model, and the next round trains a new adapter on that: its
	// reference is the model of the round before. The model can go further with every round.
	ReferencePrevious = "previous"
	// ReferenceBase goes on with the adapter of the round before on the first model: that stays the reference of all
	// rounds, and holds the model near itself. One adapter is left in the end, which fits the first model.
	ReferenceBase = "base"
)

// References are the values of RoundsConfig.Reference.
var References = []string{ReferencePrevious, ReferenceBase}

// RoundsConfig is how [Model.TrainRounds] alternates training with answers of the model's own.
type Config struct {
	Rounds    int           `json:"rounds"`    // of training; before each but the first the model answers prompts
	Reference string        `json:"reference"` // one of References
	Train     config.Config `json:"train"`     // of every round

	Prompts     int     `json:"prompts"` // new ones a round, fewer where there are no more
	Answers     int     `json:"answers"` // to each, sampled as one batch
	Temperature float64 `json:"temperature"`
	TopP        float64 `json:"top_p"`
	MaxTokens   int     `json:"max_tokens"` // of an answer

	Choice string  `json:"choice"`  // which pairs are made of a prompt's answers: one of Choices
	MinGap float64 `json:"min_gap"` // least difference of the two scores of a pair
}

// Choices are the values of RoundsConfig.Choice, as preference.ListOptions explains them.
var Choices = []string{"all", "best-worst", "adjacent"}

// DefaultRoundsConfig is two rounds, the second on the best against the worst of four answers to 32 prompts.
func Default() Config {
	return Config{
		Rounds: 2, Reference: ReferencePrevious, Train: config.Default(),
		Prompts: 32, Answers: 4, Temperature: 1, TopP: 0.95, MaxTokens: 128,
		Choice: "best-worst",
	}
}

// Validate names every setting that no rounds can have.
func (c Config) Validate() error {
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(c.Rounds < 1, "there are %d rounds; it must be at least 1", c.Rounds)
	fault(!slices.Contains(References, c.Reference), "the reference is %q; it may be %s (the model of the round before) or %s (the first model)", c.Reference, ReferencePrevious, ReferenceBase)
	fault(c.Prompts < 1, "a round takes %d prompts; it must be at least 1", c.Prompts)
	fault(c.Answers < 2, "a prompt gets %d answers; it must be at least 2, or there is nothing to compare", c.Answers)
	fault(c.Temperature == 0, "the temperature is 0, at which all answers to a prompt are the same; 1 is a good start")
	fault(!slices.Contains(Choices, c.Choice), "the choice of pairs is %q; it may be %s", c.Choice, strings.Join(Choices, ", "))
	fault(c.Train.InitAdapter != "" && c.Reference == ReferencePrevious, "rounds with the reference %s begin without an adapter; merge %s into a model first", ReferencePrevious, c.Train.InitAdapter)
	faults = append(faults, c.options(1).Validate(), preference.ListOptions{MinGap: c.MinGap}.Validate(), c.Train.Validate())
	return errors.Join(faults...)
}

// options are those of sampling, where the answers to a prompt have a seed.
func (c Config) options(seed uint64) generate.Options {
	return generate.Options{MaxNewTokens: c.MaxTokens, Temperature: c.Temperature, TopP: c.TopP, Samples: c.Answers, Seed: seed}
}

func (c Config) list() preference.ListOptions {
	return preference.ListOptions{Choice: preference.Choice(slices.Index(Choices, c.Choice)), MinGap: c.MinGap}
}

// RoundPrompts are what the model is asked. Check prompts are answered before the first round and after each, so that the
// judge's mean score of these answers tells whether the rounds help; none of them should be among the others.
type Prompts struct {
	New, Check []string
}

// of are the new prompts of a round, counted from 2.
func (p Prompts) of(round, each int) []string {
	begin := min((round-2)*each, len(p.New))
	return p.New[begin:min(begin+each, len(p.New))]
}

// validate refuses prompts that leave a round without any.
func (p Prompts) validate(c Config) error {
	for _, prompt := range slices.Concat(p.New, p.Check) {
		if strings.TrimSpace(prompt) == "" {
			return errors.New("a prompt is empty; remove it")
		}
	}
	if least := (c.Rounds - 2) * c.Prompts; c.Rounds > 1 && len(p.New) <= least {
		return fmt.Errorf("there are %d prompts, and round %d begins with prompt %d; give more, or take fewer a round (now %d)", len(p.New), c.Rounds, least+1, c.Prompts)
	}
	return nil
}

// RoundsListener is told what happens in rounds, in order and from one goroutine.
type Listener interface {
	Note(text string)                               // a sentence that the user should read
	Doing(what string, done, total int)             // such as "answering the prompts of round 2"
	Training(round int, says string) train.Listener // a round begins to train, from what the sentence says; who listens to that
	Checked(Check)                                  // a model's answers to the check prompts are judged
}

// Check is what the judge thinks of a model's answers to the check prompts.
type Check struct {
	Round   int     `json:"round"` // that made the model, 0 for the first model
	Answers int     `json:"answers"`
	Score   float64 `json:"score"` // mean over all answers that have one
	Ended   float64 `json:"ended"` // share of the answers that ended by themselves
}

// Waiting is the error of rounds that can't go on before someone has judged. The same call goes on from there.
type Waiting struct {
	Round   int
	Prompts int    // so many have answers that wait
	File    string // with the answers, a prompt a line
	Judge   string
}

func (w *Waiting) Error() string {
	return fmt.Sprintf("the answers to %d prompts of round %d wait for %s; they are in %s, and the same call goes on when they are judged", w.Prompts, w.Round, w.Judge, w.File)
}

func (w *Waiting) Unwrap() error { return judge.ErrWaiting }
