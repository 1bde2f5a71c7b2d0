package evaluation

import (
	"encoding/json"
	"fmt"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/internal/finite"
	"example.com/gonb-dpo/internal/wording"
)

// Finite reports whether the log-probabilities of the pair are finite. They are not if the model or the adapter has weights
// that are damaged or too large.
func (p Pair) Finite() bool {
	for _, x := range []float64{p.LogpsChosen, p.LogpsRejected, p.RefLogpsChosen, p.RefLogpsRejected, p.Margin, p.KL} {
		if !finite.Is(x) {
			return false
		}
	}
	return true
}

// finitePairs leaves out the pairs that can't be counted.
func finitePairs(pairs []Pair) []Pair {
	list := make([]Pair, 0, len(pairs))
	for _, p := range pairs {
		if p.Finite() {
			list = append(list, p)
		}
	}
	return list
}

// notFiniteNote says how many pairs are not in the figures because their log-probabilities are not finite, or "".
func (r Report) notFiniteNote() string {
	if r.NotFinite == 0 {
		return ""
	}
	return fmt.Sprintf("Not in the figures: %s whose log-probabilities are not finite numbers, because weights of the model or of the adapter are damaged or too large.",
		wording.Count(r.NotFinite, "pair"))
}

// plainPair is a pair without its methods.
type plainPair Pair

// pairJSON is the JSON form of a pair: JSON has no infinity and no NaN, so they are null.
type pairJSON struct {
	*plainPair
	LogpsChosen      metrics.Figure `json:"logps_chosen"`
	LogpsRejected    metrics.Figure `json:"logps_rejected"`
	RefLogpsChosen   metrics.Figure `json:"ref_logps_chosen"`
	RefLogpsRejected metrics.Figure `json:"ref_logps_rejected"`
	Margin           metrics.Figure `json:"margin"`
	KL               metrics.Figure `json:"kl,omitempty"`
}

// MarshalJSON writes the pair, with null for figures that are not finite.
func (p Pair) MarshalJSON() ([]byte, error) {
	return json.Marshal(pairJSON{(*plainPair)(&p), metrics.Figure(p.LogpsChosen), metrics.Figure(p.LogpsRejected),
		metrics.Figure(p.RefLogpsChosen), metrics.Figure(p.RefLogpsRejected), metrics.Figure(p.Margin), metrics.Figure(p.KL)})
}

// UnmarshalJSON reads a pair; null is NaN.
func (p *Pair) UnmarshalJSON(text []byte) error {
	read := pairJSON{plainPair: (*plainPair)(p)}
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	p.LogpsChosen, p.LogpsRejected = float64(read.LogpsChosen), float64(read.LogpsRejected)
	p.RefLogpsChosen, p.RefLogpsRejected = float64(read.RefLogpsChosen), float64(read.RefLogpsRejected)
	p.Margin, p.KL = float64(read.Margin), float64(read.KL)
	return nil
}
