package policy

import (
	"example.com/gonb-dpo/dpocore/policy/answers"
)

// statesOf are the states of layer i, from begin to before end: one of its part of the adapter, or one of each of its weights, after
// that of the embedding.
func (p *Policy) statesOf(i int) (begin, end int) {
	count := p.graphs.perLayer()
	if p.Layout.Whole() {
		return 1 + i*count, 1 + (i+1)*count
	}
	return i, i + 1
}

// adapter is layer i's part of the adapter; none if all weights are trained.
func (p *Policy) adapter(i int) []tensor {
	if p.Layout.Whole() {
		return nil
	}
	return []tensor{p.states[i].Trained}
}

// endStates are the states of the final norm and of the vocabulary matrix, which is the embedding's if the two are tied.
func (p *Policy) endStates() (norm, head int) {
	_, norm = p.statesOf(p.weights.Config.Layers - 1)
	if p.weights.Config.TiedEmbeddings {
		return norm, 0
	}
	return norm, norm + 1
}

// trained are the weights that the policy computes with: the model's, or those that are trained in place of them.
func (p *Policy) trained() source {
	if !p.Layout.Whole() {
		return p.frozen()
	}
	values := make([]tensor, len(p.states))
	for i, state := range p.states {
		values[i] = state.Trained
	}
	norm, head := p.endStates()
	s := source{embedding: values[:1], end: answers.End[tensor]{Norm: values[norm], Head: values[head : head+1]}}
	for i := range p.weights.Config.Layers {
		begin, end := p.statesOf(i)
		s.layers = append(s.layers, values[begin:end])
	}
	return s
}

// endsBackward adds the gradients of the end, and of the embedding, from that of the first layer's input, to the sums.
func (s *pass) endsBackward(grads []tensor, gradIn tensor, gradEnd answers.End[tensor]) (err error) {
	p := s.policy
	norm, head := p.endStates()
	if grads[norm], err = p.sum(p.states[norm].Grads, gradEnd.Norm); err != nil {
		return err
	}
	if grads[head], err = p.sum(p.states[head].Grads, gradEnd.Head[0]); err != nil {
		return err
	}
	in := &lookupInputs[tensor]{s.of.embedding, vector(s.tokens), gradIn, p.states[0].Grads}
	defer finalize(in.tokens)
	if head == 0 {
		in.grads = grads[0]
		defer finalize(in.grads)
	}
	var out single[tensor]
	err = p.graphs.lookup.Call(in, &out)
	grads[0] = out.value
	return err
}
