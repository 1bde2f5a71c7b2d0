package loss_test

import (
	"math"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/loss"
)

func TestCheck(t *testing.T) {
	for _, lossType := range loss.Types() {
		if err := loss.Check(lossType); err != nil {
			t.Errorf("%s: %v", lossType, err)
		}
	}
	for given, want := range map[string]string{
		"sigmiod":      `did you mean "sigmoid"?`,
		"Sigmoid":      `did you mean "sigmoid"?`,
		"sigmoid-norm": `did you mean "sigmoid_norm"?`,
		"exo":          `did you mean "exo_pair"?`,
		"sppo":         `did you mean "sppo_hard"?`,
		"apo_done":     `did you mean "apo_down"?`,
		"disco_pop":    `did you mean "discopop"?`,
		"robust_dpo":   `did you mean "robust"?`,
		"DPO":          `is "sigmoid"`,
		"kto_pair":     `"kto" learns from pairs too`,
		"smaug":        `its loss is "dpop"`,
		"cdpo":         `"sigmoid" with label smoothing`,
		"aot":          `sorts the pairs of a batch`,
		"":             `did you mean`,
	} {
		err := loss.Check(given)
		if err == nil {
			t.Errorf("%q is accepted", given)
			continue
		}
		for _, part := range append(loss.Types(), want) {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q: %q does not contain %q", given, err, part)
			}
		}
	}
}

// A list has different losses, and a weight for each of them or none.
func TestCheckLists(t *testing.T) {
	for lossType, want := range map[string]string{
		"sigmoid,bco_pair,sft": "",
		"sft, hinge":           "",
		"sft":                  "", // of single answers
		"sigmoid,ipo,sigmoid":  `has "sigmoid" twice`,
		"sigmoid,,sft":         `unknown loss type ""`,
		"sigmoid,ippo":         `did you mean "ipo"?`,
	} {
		if err := loss.Check(lossType); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", lossType, err)
		}
	}
	for _, c := range []struct {
		weights []float64
		want    string
	}{
		{nil, ""}, {[]float64{0.8, 1}, ""}, {[]float64{1}, "1 loss weight,"}, {[]float64{1, 2, 3}, "3 loss weights,"},
		{[]float64{1, 0}, `"sft" is 0`}, {[]float64{math.NaN(), 1}, `"sigmoid" is NaN`}, {[]float64{1, -1}, `is -1`},
	} {
		if err := loss.CheckWeights("sigmoid,sft", c.weights); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v", c.weights, err)
		}
	}
	for lossType, valid := range map[string]bool{"hinge,sigmoid": true, "hinge,sft": false, "sigmoid,exo_pair": true} {
		if err := loss.CheckSmoothing(lossType, 0.1); (err == nil) != valid {
			t.Errorf("label smoothing with %s: %v", lossType, err)
		}
	}
	if loss.CheckSmoothing("sigmoid,exo_pair", 0) == nil {
		t.Error("exo_pair has no label smoothing beside sigmoid")
	}
}

func TestCheckSmoothing(t *testing.T) {
	for _, c := range []struct {
		lossType string
		epsilon  float64
		valid    bool
	}{
		{"sigmoid", 0, true}, {"sigmoid", 0.1, true}, {"sigmoid", 0.5, false}, {"sigmoid", -0.1, false}, {"sigmoid", math.NaN(), false},
		{"robust", 0, true}, {"robust", 0.49, true}, {"robust", 0.5, false},
		{"exo_pair", 0, false}, {"exo_pair", 0.001, true}, {"exo_pair", 0.5, false}, {"exo_pair", math.NaN(), false},
		{"hinge", 0, true}, {"hinge", 0.1, false}, {"bco_pair", math.NaN(), false},
		{"sigmiod", 7, true}, // reported by Check
	} {
		if err := loss.CheckSmoothing(c.lossType, c.epsilon); (err == nil) != c.valid {
			t.Errorf("%s with %g: %v", c.lossType, c.epsilon, err)
		}
	}
}

// Each loss has a different sentence that names its paper; an unknown type has none.
func TestAbout(t *testing.T) {
	seen := map[string]string{"": "no loss"}
	for _, lossType := range loss.Types() {
		about := loss.About(lossType)
		if other, repeated := seen[about]; repeated {
			t.Errorf("%s and %s have the same sentence %q", lossType, other, about)
		}
		if !strings.Contains(about, "arXiv") || !strings.HasSuffix(about, ".") {
			t.Errorf("%s: %q", lossType, about)
		}
		seen[about] = lossType
	}
	if about := loss.About("sigmiod"); about != "" {
		t.Errorf("an unknown type is described: %q", about)
	}
}

// Building the graph of an unknown loss returns Check's error.
func TestUnknownLossInAGraph(t *testing.T) {
	exec, err := NewExec(backend, func(in []*Node) *Node {
		return loss.Of("sigmiod", loss.Terms{Policy: in[0], Reference: in[0], Scalars: loss.Scalars[*Node]{Beta: Scalar(in[0].Graph(), in[0].DType(), 0.1)}})
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = exec.Call(matrix([]float32{-1, -2}, 1, 2))
	if err == nil || !strings.Contains(err.Error(), loss.Check("sigmiod").Error()) {
		t.Errorf("the error is %v", err)
	}
}
