package adamw

// State is what training changes together, all of one shape: a layer's part of the adapter [layer size], or a weight of the model;
// AdamW's two moments; and the sum of the gradients of the rows since the last update, times the loss scale.
type State[T any] struct{ Trained, Mean, Variance, Grads T }

func (s *State[T]) Fields() []*T { return []*T{&s.Trained, &s.Mean, &s.Variance, &s.Grads} }

// States are those of several.
type States[T any] []State[T]

func (s States[T]) Fields() (fields []*T) {
	for i := range s {
		fields = append(fields, s[i].Fields()...)
	}
	return fields
}

// Scalars are the numbers of a step, each [].
type Scalars[T any] struct {
	learningRate, clip                              T // clip clips and unscales the gradients
	meanDecay, meanGain, meanCorrection             T // β₁, 1−β₁, 1−β₁ᵗ
	varianceDecay, varianceGain, varianceCorrection T // β₂, 1−β₂, 1−β₂ᵗ
	epsilon, keep                                   T // keep is what weight decay leaves of the adapter, 1−ηλ
}

func (s *Scalars[T]) Fields() []*T {
	return []*T{
		&s.learningRate, &s.clip, &s.meanDecay, &s.meanGain, &s.meanCorrection,
		&s.varianceDecay, &s.varianceGain, &s.varianceCorrection, &s.epsilon, &s.keep,
	}
}

// ScalarsB are the numbers that the factors B have in place of those of Scalars, each [].
type ScalarsB[T any] struct{ learningRate, keep T }

func (s *ScalarsB[T]) Fields() []*T { return []*T{&s.learningRate, &s.keep} }

// Inputs are those of Step.
type Inputs[T any] struct {
	Layers  States[T]
	Scalars Scalars[T]
	B       *ScalarsB[T] // nil if they are the same
}

func (in *Inputs[T]) Fields() []*T {
	fields := append(in.Layers.Fields(), in.Scalars.Fields()...)
	if in.B != nil {
		fields = append(fields, in.B.Fields()...)
	}
	return fields
}

// Outputs are the states after a step and the Euclidean norm of the new adapter, [].
type Outputs[T any] struct {
	Layers States[T]
	Norm   T
}

func (out *Outputs[T]) Fields() []*T { return append(out.Layers.Fields(), &out.Norm) }
