package evaluation

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/internal/atomicfile"
)

// ReportFile is the file in a run folder with its last evaluation report.
const ReportFile = "evaluation.json"

// A Report summarizes an evaluation. Every value is a mean over pairs, with a 95 % interval over their prompts.
type Report struct {
	Run  string `json:"run,omitempty"` // the adapter's folder, "" for the base model
	Data string `json:"data"`          // where the pairs come from

	Reference string `json:"reference,omitempty"` // what the adapter is compared with, such as "the model alone"

	Beta    float64 `json:"beta"` // scales margins to rewards
	Pairs   int     `json:"pairs"`
	Prompts int     `json:"prompts"`

	Accuracy         statistics.Estimate `json:"accuracy"`          // share of pairs ranked correctly
	LengthControlled statistics.Estimate `json:"length_controlled"` // see statistics.LengthControlled
	PrefersLonger    statistics.Estimate `json:"takes_longer"`      // among pairs of unequal length, share in which the policy prefers the longer answer
	Shift
	Calibration statistics.Calibration `json:"calibration"`

	Parts

	PlainText *PlainText    `json:"plain_text,omitempty"`
	Answers   *AnswerReport `json:"answers,omitempty"`
	WinRate   *WinRate      `json:"win_rate,omitempty"`
}

// A Shift is how far the policy has moved from the reference. Log-probabilities are summed over an answer, without beta.
type Shift struct {
	Gap      statistics.Estimate `json:"gap"`      // Chosen − Rejected, in nats
	Chosen   statistics.Estimate `json:"chosen"`   // change in the log-probability of chosen answers, in nats
	Rejected statistics.Estimate `json:"rejected"` // change in the log-probability of rejected answers, in nats
	KL       statistics.Estimate `json:"kl"`       // divergence from the reference, in nats per token (see policy.Policy.Divergence)
}

// Parts divide the pairs by what the adapter was trained on, by source and by objective.
type Parts struct {
	NotFinite int   `json:"pairs_not_finite,omitempty"` // pairs left out of all figures, because their log-probabilities are not finite
	TrainedOn int   `json:"pairs_trained_on,omitempty"` // pairs whose prompts are in the adapter's training pairs
	HeldOut   *Part `json:"held_out,omitempty"`         // the other pairs, if there are both kinds

	Sources    []Part `json:"sources,omitempty"`    // if there are at least two
	Objectives []Part `json:"objectives,omitempty"` // if there are any
}

// A Part summarizes the pairs of one source or objective.
type Part struct {
	Name     string              `json:"name"`
	Pairs    int                 `json:"pairs"`
	Accuracy statistics.Estimate `json:"accuracy"`
	Gap      statistics.Estimate `json:"gap"`
}

// ErrNoPairs is returned for an evaluation in which no pair could be measured.
var ErrNoPairs = errors.New("no pair was measured")

// Summarize reports on measured pairs, those that are finite. beta scales margins to rewards.
func Summarize(measured []Pair, beta float64) (Report, error) {
	pairs := finitePairs(measured)
	switch {
	case len(measured) == 0:
		return Report{}, ErrNoPairs
	case len(pairs) == 0:
		return Report{}, fmt.Errorf("%w: no log-probability is a finite number, so weights of the model or of the adapter are damaged or too large", ErrNoPairs)
	}
	groups := prompts(pairs)
	r := Report{Beta: beta, Pairs: len(pairs), Prompts: countDistinct(groups)}
	r.Accuracy, r.Gap = accuracyAndGap(pairs)
	r.LengthControlled = statistics.LengthControlled(groups, correct(pairs), values(pairs, func(p Pair) float64 { return float64(p.LengthDiff()) }))
	r.PrefersLonger = prefersLonger(pairs)
	r.Chosen = statistics.Mean(groups, values(pairs, func(p Pair) float64 { return p.LogpsChosen - p.RefLogpsChosen }))
	r.Rejected = statistics.Mean(groups, values(pairs, func(p Pair) float64 { return p.LogpsRejected - p.RefLogpsRejected }))
	r.KL = statistics.Ratio(groups, values(pairs, func(p Pair) float64 { return p.KL }),
		values(pairs, func(p Pair) float64 { return float64(p.TokensChosen + p.TokensRejected) }))
	r.Calibration = statistics.Calibrate(groups, values(pairs, func(p Pair) float64 { return beta * p.Margin }))
	r.Sources = parts(pairs, 2, func(p Pair) string { return p.Source })
	r.countTrained(pairs)
	r.NotFinite = len(measured) - len(pairs)
	r.Objectives = parts(pairs, 1, func(p Pair) string { return p.Objective })
	return r, nil
}

func accuracyAndGap(pairs []Pair) (accuracy, gap statistics.Estimate) {
	groups := prompts(pairs)
	return statistics.Share(groups, correct(pairs)), statistics.Mean(groups, values(pairs, func(p Pair) float64 { return p.Margin }))
}

// prefersLonger counts only pairs whose answers differ in length. A positive margin prefers the chosen answer.
func prefersLonger(pairs []Pair) statistics.Estimate {
	var groups []int
	var longer []bool
	for _, p := range pairs {
		if diff := p.LengthDiff(); diff != 0 && p.Margin != 0 {
			groups, longer = append(groups, p.Prompt), append(longer, (diff > 0) == p.Correct())
		}
	}
	if len(groups) == 0 {
		return statistics.Estimate{Value: 0.5, Low: 0, High: 1}
	}
	return statistics.Share(groups, longer)
}

// parts groups the pairs by name, largest group first. It returns nil if there are fewer than minParts names.
func parts(pairs []Pair, minParts int, name func(Pair) string) []Part {
	byName := map[string][]Pair{}
	for _, p := range pairs {
		byName[name(p)] = append(byName[name(p)], p)
	}
	if delete(byName, ""); len(byName) < minParts {
		return nil
	}
	var list []Part
	for name, pairs := range byName {
		part := Part{Name: name, Pairs: len(pairs)}
		part.Accuracy, part.Gap = accuracyAndGap(pairs)
		list = append(list, part)
	}
	slices.SortFunc(list, func(a, b Part) int {
		return cmp.Or(b.Pairs-a.Pairs, cmp.Compare(a.Name, b.Name))
	})
	return list
}

// Notes are sentences on what the figures leave out or include.
func (r Report) Notes() (notes []string) {
	for _, note := range []string{r.notFiniteNote(), r.TrainedNote()} {
		if note != "" {
			notes = append(notes, note)
		}
	}
	return notes
}

// Compare tests whether two runs, measured on the same pairs, rank a different share of them correctly. Pairs that are not
// finite in one of them are left out.
func Compare(first, second []Pair) (statistics.Difference, error) {
	return CompareSeeds([][]Pair{first}, [][]Pair{second})
}

// prompts returns the prompt number of each pair.
func prompts(pairs []Pair) []int {
	groups := make([]int, len(pairs))
	for i, p := range pairs {
		groups[i] = p.Prompt
	}
	return groups
}

func countDistinct(groups []int) int {
	sorted := slices.Sorted(slices.Values(groups))
	return len(slices.Compact(sorted))
}

// correct returns for each pair whether it is ranked correctly.
func correct(pairs []Pair) []bool {
	list := make([]bool, len(pairs))
	for i, p := range pairs {
		list[i] = p.Correct()
	}
	return list
}

// values returns one value per pair.
func values(pairs []Pair, value func(Pair) float64) []float64 {
	list := make([]float64, len(pairs))
	for i, p := range pairs {
		list[i] = value(p)
	}
	return list
}

// Write saves the report in a run folder.
func (r Report) Write(dir string) error {
	return atomicfile.WriteJSON(filepath.Join(dir, ReportFile), r)
}

// KeepEarlier adds what the report in a run folder measured and this one did not: plain text, and answers with their win rate.
// Nothing is added from a damaged report.
func (r *Report) KeepEarlier(dir string) {
	earlier, exists, err := ReadReport(dir)
	if err != nil || !exists {
		return
	}
	if r.PlainText == nil {
		r.PlainText = earlier.PlainText
	}
	if r.Answers == nil {
		r.Answers, r.WinRate = earlier.Answers, earlier.WinRate
	}
}

// ReadReport reads a run's last report; exists is false if there is none.
func ReadReport(dir string) (r Report, exists bool, err error) {
	path := filepath.Join(dir, ReportFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Report{}, false, nil
	}
	if err != nil {
		return Report{}, false, fmt.Errorf("read the evaluation report: %w", err)
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return Report{}, false, fmt.Errorf("read %s: %w", path, err)
	}
	return r, true, nil
}
