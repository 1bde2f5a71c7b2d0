// Package evaluation summarizes measured pairs: how often a run ranks them correctly and how certain that is, how far the
// model has moved from its reference, how perplexity on plain text changed, and how its answers compare with the base
// model's.
//
// Start with [Summarize], which makes a [Report] from the pairs that measure.Evaluate has measured, and [Compare], which
// tests whether two runs differ. The report is saved in the run folder, where a diagnosis finds it.
package evaluation

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"

	"example.com/gonb-dpo/internal/atomicfile"
)

// PairsFile is the file in a run folder with the held-out pairs of the last evaluation, one per line.
const PairsFile = "eval_pairs.jsonl"

// A Pair holds the measurements of one preference pair. Log-probabilities are summed over an answer's tokens, in nats.
type Pair struct {
	Line      int    `json:"line"` // in the data file, counting from 0
	Source    string `json:"source,omitempty"`
	Objective string `json:"objective,omitempty"`
	Prompt    int    `json:"prompt"`               // the same number for all pairs of a prompt
	Trained   bool   `json:"trained_on,omitempty"` // the prompt is in the training pairs of the adapter, so the pair is not held out

	LogpsChosen      float64 `json:"logps_chosen"`
	LogpsRejected    float64 `json:"logps_rejected"`
	RefLogpsChosen   float64 `json:"ref_logps_chosen"`
	RefLogpsRejected float64 `json:"ref_logps_rejected"`
	Margin           float64 `json:"margin"` // log-ratio to the reference of chosen − rejected; DPO's margin is beta times this

	TokensChosen   int `json:"tokens_chosen"`
	TokensRejected int `json:"tokens_rejected"`

	// KL is the divergence of the policy from the reference, summed over both answers, in nats (see
	// policy.Policy.Divergence). It is 0 if it was not measured.
	KL float64 `json:"kl,omitempty"`
}

// Correct reports whether the policy ranks the pair as labelled: relative to the reference, the chosen answer became more
// likely than the rejected one. A tie is not correct, as in TRL.
func (p Pair) Correct() bool {
	return Correct(p.Margin, p.LogpsChosen, p.LogpsRejected)
}

// roundingShare is the size of a margin, relative to the log-probabilities that it is a difference of, below which it is
// rounding. Policy and reference are computed by different graphs, whose float32 sums round differently: the margins of a
// fresh adapter, 0 in exact arithmetic, reach 6·10⁻⁷ of the log-probabilities (2·10⁻⁴ nats) on the 60 held-out built-in
// pairs with SmolLM2-135M. This is three times that; a step at the default learning rate changes margins by some 10⁻² nats.
const roundingShare = 1. / (1 << 19)

// Correct reports whether a margin in nats ranks a pair as labelled: whether it is above 0 by more than the rounding of the
// two answers' log-probabilities.
func Correct(margin, logpsChosen, logpsRejected float64) bool {
	return margin > roundingShare*(math.Abs(logpsChosen)+math.Abs(logpsRejected))
}

// LengthDiff is the length of the chosen answer minus that of the rejected one, in tokens.
func (p Pair) LengthDiff() int { return p.TokensChosen - p.TokensRejected }

// WritePairs atomically writes one JSON line per pair. Figures that are not finite are null.
func WritePairs(path string, pairs []Pair) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		for _, pair := range pairs {
			if err := encoder.Encode(pair); err != nil {
				return err
			}
		}
		return nil
	})
}

// ReadPairs reads the file that WritePairs writes. An error names the file and the line.
func ReadPairs(path string) ([]Pair, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read measured pairs: %w", err)
	}
	var pairs []Pair
	lines := bufio.NewScanner(bytes.NewReader(content))
	for number := 1; lines.Scan(); number++ {
		var pair Pair
		if err := json.Unmarshal(lines.Bytes(), &pair); err != nil {
			return nil, fmt.Errorf("read %s, line %d: %w", path, number, err)
		}
		pairs = append(pairs, pair)
	}
	return pairs, lines.Err()
}
