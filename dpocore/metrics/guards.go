package metrics

import (
	"bytes"
	"fmt"
	"math"
	"strings"
)

// Guards are what the guards of a run measure in an evaluation; NaN for those that are off.
type Guards struct {
	KL         float64 // divergence from the reference, exact over the vocabulary, in nats per token of the held-out answers
	Chosen     float64 // nats per token that the held-out chosen answers have lost against the reference
	Repetition float64 // share of the 4-grams of sampled answers that occurred before in the same answer
}

// guarded starts the names of their metrics.
const guarded = evaluationPrefix + "guard/"

func (g *Guards) fields() []field {
	if g == nil {
		return nil
	}
	return []field{{guarded + "kl", (*Figure)(&g.KL)}, {guarded + "chosen", (*Figure)(&g.Chosen)}, {guarded + "repetition", (*Figure)(&g.Repetition)}}
}

// ofGuards makes an evaluation have the metrics of guards if its row has them, before they are decoded.
func (e *Evaluation) ofGuards(data []byte) {
	if bytes.Contains(data, []byte(guarded)) {
		e.Guards = new(Guards)
	}
}

// String is a line on those that are on; "" for nil.
func (g *Guards) String() string {
	if g == nil {
		return ""
	}
	var parts []string
	add := func(x float64, format string) {
		if !math.IsNaN(x) {
			parts = append(parts, fmt.Sprintf(format, x))
		}
	}
	add(g.KL, "KL %.4f nats per token")
	add(g.Chosen, "chosen answers %.4f nats per token less likely")
	add(g.Repetition, "repetition %.3f")
	return "guards: " + strings.Join(parts, ", ")
}
