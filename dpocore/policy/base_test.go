package policy_test

import (
	"slices"
	"testing"

	"example.com/gonb-dpo/dpocore/policy"
)

// With the policy's own adapter as that of the reference, both say the same; without one again, the model alone is the
// reference.
func TestReferenceWithAnAdapter(t *testing.T) {
	row := pack(t, small, examples(4, 24))[0]
	adapter := trainedAdapter(t)
	p := tiny(t, adapter)
	alone, err := p.Reference(row)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.SetReference(adapter); err != nil {
		t.Fatal(err)
	}
	reference, err := p.Reference(row)
	if err != nil {
		t.Fatal(err)
	}
	if own, err := p.LogProbs(row); err != nil || !slices.Equal(own.LogProbs, reference.LogProbs) || slices.Equal(own.LogProbs, alone.LogProbs) {
		t.Errorf("policy %v (%v), reference %v, model alone %v", own.LogProbs, err, reference.LogProbs, alone.LogProbs)
	}
	if err := p.SetReference(nil); err != nil {
		t.Fatal(err)
	}
	if again, err := p.Reference(row); err != nil || !slices.Equal(again.LogProbs, alone.LogProbs) {
		t.Errorf("without the adapter again %v (%v), want %v", again.LogProbs, err, alone.LogProbs)
	}
	if err := p.SetReference(adapter[1:]); err == nil {
		t.Error("an adapter of another size is accepted")
	}
}

// A base that one policy made serves another: the figures are those of Evaluate and of Divergence, to the bit.
func TestEvaluateFromABase(t *testing.T) {
	row := pack(t, small, examples(4, 24))[0]
	fresh, p := tiny(t, nil), tiny(t, trainedAdapter(t))
	base, err := fresh.Base(row)
	if err != nil {
		t.Fatal(err)
	}
	defer base.Finalize()
	reference, err := p.Reference(row)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := p.ReferenceFrom(base, row); err != nil || !slices.Equal(again.LogProbs, reference.LogProbs) {
		t.Errorf("from the base the reference is %v (%v), Reference says %v", again.LogProbs, err, reference.LogProbs)
	}
	loss := policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 0.1}}
	plain, err := p.Evaluate(row, reference.LogProbs, loss)
	if err != nil {
		t.Fatal(err)
	}
	_, divergence, err := p.Divergence(row)
	if err != nil {
		t.Fatal(err)
	}
	evaluated, from, err := p.EvaluateFrom(base, row, reference.LogProbs, loss)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(evaluated.LogProbs, plain.LogProbs) || !slices.Equal(evaluated.Losses, plain.Losses) {
		t.Errorf("measured %v and %v, Evaluate %v and %v", evaluated.LogProbs, evaluated.Losses, plain.LogProbs, plain.Losses)
	}
	if !slices.Equal(from, divergence) || from[0][0] == 0 {
		t.Errorf("the divergence is %v, Divergence says %v", from, divergence)
	}
	if want := int64(row.Shape.Tokens) * 64 * 4; base.Bytes() != want { // the tiny model's width is 64
		t.Errorf("a base takes %d bytes, want %d", base.Bytes(), want)
	}
}
