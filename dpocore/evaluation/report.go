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

	"example.com/gonb-dpo/dpocore/statistics"
	"example.com/gonb-dpo/internal/atomicfile"
)

// ReportFile is the file of a run folder with the last report on it.
const ReportFile = "evaluation.json"

// A Report sums up an evaluation. Every figure is a mean over pairs, every interval a 95 % one over their prompts.
type Report struct {
	Run     string  `json:"run,omitempty"` // the adapter's folder; "" for the model alone
	Data    string  `json:"data"`          // where the pairs come from
	Beta    float64 `json:"beta"`          // by which margins became rewards
	Pairs   int     `json:"pairs"`
	Prompts int     `json:"prompts"`

	Accuracy         statistics.Estimate `json:"accuracy"`          // share of pairs ranked right
	LengthControlled statistics.Estimate `json:"length_controlled"` // see statistics.LengthControlled
	TakesLonger      statistics.Estimate `json:"takes_longer"`      // share of pairs whose longer answer the policy prefers, of those of unequal length

	Gap      statistics.Estimate `json:"gap"`      // gain of chosen less gain of rejected, in nats, without beta
	Chosen   statistics.Estimate `json:"chosen"`   // change of a chosen answer's log-probability, in nats
	Rejected statistics.Estimate `json:"rejected"` // and of a rejected one's
	KL       statistics.Estimate `json:"kl"`       // divergence from the reference, in nats a token: see policy.Policy.Divergence

	Calibration statistics.Calibration `json:"calibration"`

	Sources    []Part `json:"sources,omitempty"`    // where there are several
	Objectives []Part `json:"objectives,omitempty"` // where there are any

	PlainText *PlainText `json:"plain_text,omitempty"`
	Answers   *Wording   `json:"answers,omitempty"`
	WinRate   *WinRate   `json:"win_rate,omitempty"`
}

// A Part is the pairs of one source or objective.
type Part struct {
	Name     string              `json:"name"`
	Pairs    int                 `json:"pairs"`
	Accuracy statistics.Estimate `json:"accuracy"`
	Gap      statistics.Estimate `json:"gap"`
}

// ErrNoPairs is the error of an evaluation in which no pair could be measured.
var ErrNoPairs = errors.New("no pair was measured")

// Of sums up measured pairs; beta makes rewards of their gains.
func Of(pairs []Pair, beta float64) (Report, error) {
	if len(pairs) == 0 {
		return Report{}, ErrNoPairs
	}
	groups := prompts(pairs)
	r := Report{Beta: beta, Pairs: len(pairs), Prompts: count(groups)}
	r.Accuracy, r.Gap = accuracyAndGap(pairs)
	r.LengthControlled = statistics.LengthControlled(groups, right(pairs), figures(pairs, func(p Pair) float64 { return float64(p.Longer()) }))
	r.TakesLonger = takesLonger(pairs)
	r.Chosen = statistics.Mean(groups, figures(pairs, func(p Pair) float64 { return p.LogpsChosen - p.RefLogpsChosen }))
	r.Rejected = statistics.Mean(groups, figures(pairs, func(p Pair) float64 { return p.LogpsRejected - p.RefLogpsReject }))
	r.KL = statistics.Ratio(groups, figures(pairs, func(p Pair) float64 { return p.KL }),
		figures(pairs, func(p Pair) float64 { return float64(p.TokensChosen + p.TokensRejected) }))
	r.Calibration = statistics.Calibrate(groups, figures(pairs, func(p Pair) float64 { return beta * p.Margin }))
	r.Sources = parts(pairs, 2, func(p Pair) string { return p.Source })
	r.Objectives = parts(pairs, 1, func(p Pair) string { return p.Objective })
	return r, nil
}

func accuracyAndGap(pairs []Pair) (accuracy, gap statistics.Estimate) {
	groups := prompts(pairs)
	return statistics.Share(groups, right(pairs)), statistics.Mean(groups, figures(pairs, func(p Pair) float64 { return p.Margin }))
}

// takesLonger looks at the pairs whose answers differ in length: a margin above 0 prefers the chosen one.
func takesLonger(pairs []Pair) statistics.Estimate {
	var groups []int
	var taken []bool
	for _, p := range pairs {
		if longer := p.Longer(); longer != 0 && p.Margin != 0 {
			groups, taken = append(groups, p.Prompt), append(taken, (longer > 0) == p.Right())
		}
	}
	if len(groups) == 0 {
		return statistics.Estimate{Value: 0.5, Low: 0, High: 1}
	}
	return statistics.Share(groups, taken)
}

// parts are the pairs by name, the largest part first; none where fewer than least names are there.
func parts(pairs []Pair, least int, name func(Pair) string) []Part {
	own := map[string][]Pair{}
	for _, p := range pairs {
		own[name(p)] = append(own[name(p)], p)
	}
	if delete(own, ""); len(own) < least {
		return nil
	}
	var list []Part
	for name, pairs := range own {
		part := Part{Name: name, Pairs: len(pairs)}
		part.Accuracy, part.Gap = accuracyAndGap(pairs)
		list = append(list, part)
	}
	slices.SortFunc(list, func(a, b Part) int {
		return cmp.Or(b.Pairs-a.Pairs, cmp.Compare(a.Name, b.Name))
	})
	return list
}

// Compare tests whether two runs, measured on the same pairs, rank a different share of them right.
func Compare(first, second []Pair) (statistics.Difference, error) {
	if len(first) != len(second) {
		return statistics.Difference{}, fmt.Errorf("compare two runs: %d and %d pairs were measured; measure both on the same", len(first), len(second))
	}
	for i := range first {
		if a, b := first[i], second[i]; a.Line != b.Line || a.Source != b.Source || a.TokensChosen != b.TokensChosen {
			return statistics.Difference{}, fmt.Errorf("compare two runs: pair %d of the first is another one in the second; measure both on the same pairs", i)
		}
	}
	return statistics.Compare(prompts(first), right(first), right(second)), nil
}

func prompts(pairs []Pair) []int {
	groups := make([]int, len(pairs))
	for i, p := range pairs {
		groups[i] = p.Prompt
	}
	return groups
}

func count(groups []int) int {
	sorted := slices.Sorted(slices.Values(groups))
	return len(slices.Compact(sorted))
}

func right(pairs []Pair) []bool {
	list := make([]bool, len(pairs))
	for i, p := range pairs {
		list[i] = p.Right()
	}
	return list
}

func figures(pairs []Pair, figure func(Pair) float64) []float64 {
	list := make([]float64, len(pairs))
	for i, p := range pairs {
		list[i] = figure(p)
	}
	return list
}

// Write puts the report into a run's folder.
func (r Report) Write(dir string) error {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("write the evaluation: %w", err)
	}
	return atomicfile.WriteBytes(filepath.Join(dir, ReportFile), append(raw, '\n'))
}

// ReadReport reads a run's last report; ok is false where it has none.
func ReadReport(dir string) (r Report, ok bool, err error) {
	path := filepath.Join(dir, ReportFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Report{}, false, nil
	}
	if err != nil {
		return Report{}, false, fmt.Errorf("read the evaluation: %w", err)
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return Report{}, false, fmt.Errorf("read %s: %w", path, err)
	}
	return r, true, nil
}
