package answers

import (
	"slices"

	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/internal/typedgraph"
)

// The inputs and outputs of the graphs. Their fields are of type node while a graph is built and Tensor when it is called.
type (
	node   = typedgraph.Node
	Tensor = typedgraph.Tensor
)

// Answers are a row's answer tokens, each [answers] int32 and as in batch.Row.
type Answers[T any] struct{ Source, Target, Owner T }

func (a *Answers[T]) Fields() []*T { return []*T{&a.Source, &a.Target, &a.Owner} }

// End is what follows a model's last layer: the final norm [hidden] and the vocabulary matrix [vocabulary, hidden], as
// decoder.Config.BindVocabulary takes it.
type End[T any] struct {
	Norm T
	Head []T
}

func (e *End[T]) Fields() []*T { return append([]*T{&e.Norm}, typedgraph.Pointers(e.Head)...) }

// Inputs are what every graph takes: the end of the model, the answers, and the last layer's output [tokens, hidden].
type Inputs[T any] struct {
	End     End[T]
	Answers Answers[T]
	Hidden  T
}

func (in *Inputs[T]) Fields() []*T {
	return slices.Concat(in.End.Fields(), in.Answers.Fields(), []*T{&in.Hidden})
}

// MeasureInputs add a vector with as many elements as the row has pairs [pairs]; its values do not count.
type MeasureInputs[T any] struct {
	Inputs[T]
	PerPair T
}

func (in *MeasureInputs[T]) Fields() []*T { return append(in.Inputs.Fields(), &in.PerPair) }

// Measured are log-probabilities and mean logits of the answers, each [pairs, 2].
type Measured[T any] struct{ LogProbs, MeanLogits T }

func (out *Measured[T]) Fields() []*T { return []*T{&out.LogProbs, &out.MeanLogits} }

// Base is the output of the reference's last layer [tokens, hidden], and its end if that is another one than the policy's.
type Base[T any] struct {
	Hidden T
	End    *End[T]
}

func (b *Base[T]) Fields() []*T {
	fields := []*T{&b.Hidden}
	if b.End != nil {
		fields = append(fields, b.End.Fields()...)
	}
	return fields
}

// DivergenceInputs add the reference.
type DivergenceInputs[T any] struct {
	MeasureInputs[T]
	Base Base[T]
}

func (in *DivergenceInputs[T]) Fields() []*T {
	return append(in.MeasureInputs.Fields(), in.Base.Fields()...)
}

// Divergence is the divergence along each answer [pairs, 2], and the largest difference of logits [].
type Divergence[T any] struct{ Sums, Furthest T }

func (d *Divergence[T]) Fields() []*T { return []*T{&d.Sums, &d.Furthest} }

// Diverged are those of the measure graph, and the divergence.
type Diverged[T any] struct {
	Measured[T]
	Divergence Divergence[T]
}

func (out *Diverged[T]) Fields() []*T {
	return append(out.Measured.Fields(), out.Divergence.Fields()...)
}

// CompareInputs are those of a graph that compares the answers of a row's pairs.
type CompareInputs[T any] struct {
	Kind Comparison

	Inputs[T]
	Weights   T // of the pairs' losses [pairs]
	Reference T // log-probabilities [pairs, 2]
	Scalars   loss.Scalars[T]
	Base      Base[T] // only for the divergence
}

func (in *CompareInputs[T]) Fields() []*T {
	fields := slices.Concat(in.Inputs.Fields(), []*T{&in.Weights, &in.Reference}, in.Scalars.Fields())
	if in.Kind.Divergence {
		fields = append(fields, in.Base.Fields()...)
	}
	return fields
}

// Compared are what the measure graph returns and the pairs' losses, and what the kind asks for.
type Compared[T any] struct {
	Kind Comparison

	Measured[T]
	Losses     T // [pairs]
	Entropy    T // see loss.Spread [pairs, 2], like the next
	Likeliest  T
	GradHidden T             // of Σ weight·loss with respect to the last layer's output [tokens, hidden]; only for the gradient
	GradEnd    End[T]        // with respect to the end; only for that of all weights
	Divergence Divergence[T] // only for the divergence
}

func (out *Compared[T]) Fields() []*T {
	fields := append(out.Measured.Fields(), &out.Losses, &out.Entropy, &out.Likeliest)
	if out.Kind.Gradient {
		fields = append(fields, &out.GradHidden)
	}
	if out.Kind.End {
		fields = append(fields, out.GradEnd.Fields()...)
	}
	if out.Kind.Divergence {
		fields = append(fields, out.Divergence.Fields()...)
	}
	return fields
}

// PerToken are the log-probabilities of the answers' tokens [answers].
type PerToken[T any] struct{ LogProbs T }

func (out *PerToken[T]) Fields() []*T { return []*T{&out.LogProbs} }

// Sums are divergences along the answers [pairs, 2].
type Sums[T any] struct{ Value T }

func (out *Sums[T]) Fields() []*T { return []*T{&out.Value} }
