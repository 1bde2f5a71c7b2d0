// Package evaluation says what measured pairs show about a run: how often it ranks them right and how sure that is, how
// far it has moved, what it has forgotten, how its answers read.
//
// Start with [Of], which makes a [Report] of the figures that dpocore's Model.Evaluate measures, and [Compare], which
// tests whether two runs differ. A report stays in the run's folder, where a diagnosis finds it.
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

// PairsFile is the file of a run folder with the held-out pairs at the last evaluation, one a line.
const PairsFile = "eval_pairs.jsonl"

// A Pair is what was measured of one pair. Log-probabilities are summed over an answer's tokens, in nats.
type Pair struct {
	Line      int    `json:"line"` // in the data file, counted from 0
	Source    string `json:"source,omitempty"`
	Objective string `json:"objective,omitempty"`
	Prompt    int    `json:"prompt"` // pairs of the same prompt have the same number

	LogpsChosen    float64 `json:"logps_chosen"`
	LogpsRejected  float64 `json:"logps_rejected"`
	RefLogpsChosen float64 `json:"ref_logps_chosen"`
	RefLogpsReject float64 `json:"ref_logps_rejected"`
	Margin         float64 `json:"margin"` // gain of chosen less gain of rejected over the reference; times beta it is DPO's margin

	TokensChosen   int `json:"tokens_chosen"`
	TokensRejected int `json:"tokens_rejected"`

	// KL is the divergence of the policy from the reference along both answers, in nats: see policy.Policy.Divergence.
	// 0 where it was not measured.
	KL float64 `json:"kl,omitempty"`
}

// Right says whether the policy ranks the pair as its label does: the chosen answer has gained more than the rejected one.
func (p Pair) Right() bool { return p.Margin > 0 }

// Longer is by how many tokens the chosen answer is the longer one.
func (p Pair) Longer() int { return p.TokensChosen - p.TokensRejected }

// WritePairs writes a JSON line for each pair, the whole file or nothing. Pairs of a model that has left the numbers, for
// which JSON has no word, are left out: the run's next step stops at them.
func WritePairs(path string, pairs []Pair) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		for _, pair := range pairs {
			if math.IsNaN(pair.Margin) || math.IsInf(pair.Margin, 0) {
				continue
			}
			if err := encoder.Encode(pair); err != nil {
				return err
			}
		}
		return nil
	})
}

// ReadPairs reads what WritePairs wrote. An error names file and line.
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
