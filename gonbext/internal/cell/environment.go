package cell

import (
	"fmt"
	"os"
	"strconv"

	"github.com/janpfeifer/gonb/gonbui"
)

// Environment variables. The limits shorten a notebook for its tests.
const (
	Model      = "DPO_MODEL"        // base model other than the default: a folder, a .gguf file or a name on the hub
	AnyBase    = "DPO_ANY_BASE"     // not empty to accept adapters of other models
	RaterName  = "DPO_RATER"        // name of the person who ranks
	MaxSteps   = "DPO_MAX_STEPS"    // maximum steps per run
	MaxTokens  = "DPO_MAX_TOKENS"   // maximum tokens per answer
	MaxHeldOut = "DPO_MAX_HELD_OUT" // maximum number of held-out pairs
)

// answerTokens is the maximum length of an answer that a cell shows.
const answerTokens = 128

// Limit returns the number in an environment variable, or unset if the variable is not set.
func Limit(name string, unset int) (int, error) {
	text := os.Getenv(name)
	if text == "" {
		return unset, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("the environment variable %s is %q; set it to a number of at least 1, or unset it", name, text)
	}
	return n, nil
}

// HasPage reports whether a reader's page may be connected to the cell: in a notebook, unless it is run as a test.
func HasPage() bool { return gonbui.IsNotebook && os.Getenv(MaxSteps) == "" }

// AnswerTokens returns the maximum length of an answer, in tokens.
func AnswerTokens() (int, error) {
	limit, err := Limit(MaxTokens, answerTokens)
	return min(limit, answerTokens), err
}
