package generate

// penalty makes the tokens of the prompt and of the text so far less likely (Keskar et al. 2019, section 4.1,
// https://arxiv.org/abs/1909.05858), as transformers does it: a positive logit is divided by the factor and a negative
// one multiplied, once, however often the token came.
type penalty struct {
	factor float32
	seen   []int32 // each token once
	known  map[int32]bool
	logits []float32 // scratch, [vocabulary]
}

// newPenalty returns nil where the factor changes nothing.
func newPenalty(factor float64, prompt []int32) *penalty {
	if factor == 0 || factor == 1 {
		return nil
	}
	p := &penalty{factor: float32(factor), known: map[int32]bool{}}
	for _, token := range prompt {
		p.add(token)
	}
	return p
}

func (p *penalty) add(token int32) {
	if !p.known[token] {
		p.known[token] = true
		p.seen = append(p.seen, token)
	}
}

// apply returns the logits after the penalty. The given ones stay: samples may share them.
func (p *penalty) apply(logits []float32) []float32 {
	p.logits = append(p.logits[:0], logits...)
	for _, token := range p.seen {
		if logits[token] < 0 {
			p.logits[token] *= p.factor
		} else {
			p.logits[token] /= p.factor
		}
	}
	return p.logits
}
