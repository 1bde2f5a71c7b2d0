package decoder_test

import (
	"fmt"
	"math"
	"testing"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/internal/tinymodel"
)

// plainLlama is a Llama in plain loops of float64, one sequence at a time. It shares no code with the package: it is
// what the graphs are held against.
type plainLlama struct {
	config  decoder.Config
	tensors map[string][]float64 // under Hugging Face's names
}

func readPlain(t testing.TB, folder string, config decoder.Config) plainLlama {
	t.Helper()
	plain := plainLlama{config, map[string][]float64{}}
	for _, tensor := range tinymodel.ReadTensors(t, folder) {
		values, err := tensor.Values()
		if err != nil {
			t.Fatal(err)
		}
		wide := make([]float64, len(values))
		for i, v := range values {
			wide[i] = float64(v)
		}
		plain.tensors[tensor.Name] = wide
	}
	return plain
}

// rules are what differs among families, in numbers: factors of embeddings, of what is added to the residual stream, of
// attention scores, and of the final norm; and what is added to the weights of norms.
type rules struct{ embed, residual, scores, final, offset float64 }

func (p plainLlama) rules() rules {
	r := rules{1, 1, 1 / math.Sqrt(float64(p.config.HeadDim)), 1, 0}
	switch p.config.Family {
	case "granite":
		r.embed, r.residual, r.scores, r.final = 3, 0.5, 0.125, 0.25
	case "gemma3_text":
		r.embed, r.scores, r.offset = math.Sqrt(float64(p.config.HiddenSize)), 1/math.Sqrt(50), 1
	}
	return r
}

// hidden are the hidden states after the final norm, one vector a token.
func (p plainLlama) hidden(tokens []int32) [][]float64 {
	width, r := p.config.HiddenSize, p.rules()
	states := make([][]float64, len(tokens))
	for i, token := range tokens {
		states[i] = append([]float64{}, p.tensors["model.embed_tokens.weight"][int(token)*width:][:width]...)
	}
	times(states, r.embed)
	for layer := range p.config.Layers {
		prefix := fmt.Sprintf("model.layers.%d.", layer)
		before, after := p.norms(prefix)
		attended := p.norm(p.attention(layer, prefix+"self_attn.", p.norm(states, before[0])), after[0])
		addTo(states, times(attended, r.residual))
		addTo(states, times(p.norm(p.mlp(prefix+"mlp.", p.norm(states, before[1])), after[1]), r.residual))
	}
	return times(p.norm(states, "model.norm.weight"), r.final)
}

// norms are the names of the norms before and after attention and MLP; "" for none.
func (p plainLlama) norms(prefix string) (before, after [2]string) {
	const input, post, preMLP, postMLP = "input_layernorm.weight", "post_attention_layernorm.weight", "pre_feedforward_layernorm.weight", "post_feedforward_layernorm.weight"
	switch p.config.Family {
	case "olmo2":
		return before, [2]string{prefix + post, prefix + postMLP}
	case "gemma3_text":
		return [2]string{prefix + input, prefix + preMLP}, [2]string{prefix + post, prefix + postMLP}
	}
	return [2]string{prefix + input, prefix + post}, after
}

// logits are the vocabulary logits of hidden states.
func (p plainLlama) logits(hidden [][]float64) [][]float64 {
	if p.config.TiedEmbeddings {
		return p.multiply("model.embed_tokens.weight", hidden)
	}
	return p.multiply("lm_head.weight", hidden)
}

// windows tells whether a layer has the sliding window, and whether it is rotated as Gemma's local layers or not at all.
func (p plainLlama) windows(layer int) (window int, theta float64, rotated bool) {
	switch {
	case p.config.Family == "mistral":
		return tinymodel.Window, 0, true
	case p.config.Family == "gemma3_text" && layer == 0:
		return tinymodel.Window, 500, true
	case p.config.Family == "smollm3" && layer == 1:
		return 1 << 20, 0, false
	}
	return 1 << 20, 0, true
}

func (p plainLlama) attention(layer int, prefix string, x [][]float64) [][]float64 {
	c, scale := p.config, p.rules().scores
	window, theta, rotated := p.windows(layer)
	q, k, v := p.heads(prefix, x)
	p.normHeads(q, prefix+"q_norm.weight")
	p.normHeads(k, prefix+"k_norm.weight")
	for at := range x {
		if rotated {
			p.rotate(q[at], at, len(x), theta)
			p.rotate(k[at], at, len(x), theta)
		}
	}
	out := make([][]float64, len(x))
	for at := range x {
		out[at] = make([]float64, c.Heads*c.HeadDim)
		first := max(0, at-window+1)
		for head := range c.Heads {
			shared := head / (c.Heads / c.KVHeads) // consecutive query heads share a key head
			scores := make([]float64, at+1-first)
			for other := range scores {
				for i := range c.HeadDim {
					scores[other] += q[at][head*c.HeadDim+i] * k[first+other][shared*c.HeadDim+i] * scale
				}
			}
			for other, weight := range softmax(scores) {
				for i := range c.HeadDim {
					out[at][head*c.HeadDim+i] += weight * v[first+other][shared*c.HeadDim+i]
				}
			}
		}
	}
	return p.project(prefix+"o_proj", out)
}

// heads are queries, keys and values, which Phi-3 has in one matrix.
func (p plainLlama) heads(prefix string, x [][]float64) (q, k, v [][]float64) {
	if p.tensors[prefix+"qkv_proj.weight"] == nil {
		return p.project(prefix+"q_proj", x), p.project(prefix+"k_proj", x), p.project(prefix+"v_proj", x)
	}
	ends := []int{p.config.QuerySize(), p.config.QuerySize() + p.config.KeyValueSize()}
	for _, joined := range p.project(prefix+"qkv_proj", x) {
		q, k, v = append(q, joined[:ends[0]]), append(k, joined[ends[0]:ends[1]]), append(v, joined[ends[1]:])
	}
	return q, k, v
}

// normHeads normalizes each head of a model that has a norm of heads with this name.
func (p plainLlama) normHeads(x [][]float64, name string) {
	size := len(p.tensors[name])
	if size == 0 {
		return
	}
	for at := range x {
		for begin := 0; begin < len(x[at]); begin += size {
			head := x[at][begin : begin+size]
			copy(head, p.norm([][]float64{head}, name)[0])
		}
	}
}

// rotate turns each head's pairs (i, i + dim/2) by position · theta^(−2i/dim), or slower where that is scaled. Of a head the
// first dim values are rotated.
func (p plainLlama) rotate(heads []float64, position, length int, theta float64) {
	dim, scaled := p.config.HeadDim, theta == 0
	if p.config.RotaryDim > 0 {
		dim = p.config.RotaryDim
	}
	if scaled {
		theta = p.config.RopeTheta
	}
	for begin := 0; begin < len(heads); begin += p.config.HeadDim {
		for i := range dim / 2 {
			frequency, amplitude := math.Pow(theta, -2*float64(i)/float64(dim)), 1.0
			if scaled {
				frequency, amplitude = p.slowed(frequency, i, length)
			}
			angle := float64(position) * frequency
			a, b := heads[begin+i], heads[begin+i+dim/2]
			heads[begin+i] = amplitude * (a*math.Cos(angle) - b*math.Sin(angle))
			heads[begin+i+dim/2] = amplitude * (a*math.Sin(angle) + b*math.Cos(angle))
		}
	}
}

// slowed is the frequency of pair i after scaling, and what cosine and sine are multiplied by.
//
// Yarn (section 3.4): with r the turns of the pair in the original length, the share of the unchanged frequency falls from 1
// at r = 32 to 0 at r = 1, linearly in the pair's number, whose bounds are rounded outwards: here pairs 0 and 4 of 8, since
// 8·log10000(256/(2π·32)) = 0.2 and 8·log10000(256/2π) = 3.2. The factor 4 makes amplitudes 1 + 0.1·ln 4.
//
// Longrope: the long factors in sequences of more than the original length l; amplitude √(1 + ln(1024/l)/ln l).
func (p plainLlama) slowed(frequency float64, i, length int) (slowed, amplitude float64) {
	s := p.config.RopeScaling
	switch s.Type {
	case "":
		return frequency, 1
	case "linear":
		return frequency / s.Factor, 1
	case "yarn":
		share := 1 - min(max(float64(i)/4, 0), 1)
		return share*frequency + (1-share)*frequency/4, 1 + 0.1*math.Log(4)
	case "longrope":
		factors, original := s.ShortFactor, float64(s.OriginalMaxPositions)
		if length > s.OriginalMaxPositions {
			factors = s.LongFactor
		}
		return frequency / factors[i], math.Sqrt(1 + math.Log(1024/original)/math.Log(original))
	}
	return p.llama3(frequency), 1
}

// llama3 is a frequency after Llama 3's scaling. With w = original length/wave length, the number of waves in the length
// that the model was first trained on: frequency/factor where w < low, the frequency where w > high, and between them
// the mean of both in which the share of the latter is (w − low)/(high − low).
func (p plainLlama) llama3(frequency float64) float64 {
	s := p.config.RopeScaling
	waves := float64(s.OriginalMaxPositions) * frequency / (2 * math.Pi)
	share := min(max((waves-s.LowFreqFactor)/(s.HighFreqFactor-s.LowFreqFactor), 0), 1)
	return share*frequency + (1-share)*frequency/s.Factor
}

// mlp is down(act(gate(x)) · up(x)) with act(z) = z/(1 + e⁻ᶻ), or in Gemma GELU's approximation by tanh.
func (p plainLlama) mlp(prefix string, x [][]float64) [][]float64 {
	gate, up := p.gateUp(prefix, x)
	for at := range gate {
		for i, z := range gate[at] {
			act := z / (1 + math.Exp(-z))
			if p.config.Family == "gemma3_text" {
				act = z / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(z+0.044715*z*z*z)))
			}
			gate[at][i] = act * up[at][i]
		}
	}
	return p.project(prefix+"down_proj", gate)
}

// gateUp are gate and up, which Phi-3 has in one matrix.
func (p plainLlama) gateUp(prefix string, x [][]float64) (gate, up [][]float64) {
	if p.tensors[prefix+"gate_up_proj.weight"] == nil {
		return p.project(prefix+"gate_proj", x), p.project(prefix+"up_proj", x)
	}
	for _, joined := range p.project(prefix+"gate_up_proj", x) {
		gate, up = append(gate, joined[:len(joined)/2]), append(up, joined[len(joined)/2:])
	}
	return gate, up
}

// norm normalizes vectors; without a name it copies them.
func (p plainLlama) norm(x [][]float64, name string) [][]float64 {
	out := make([][]float64, len(x))
	for at, vector := range x {
		if name == "" {
			out[at] = append([]float64{}, vector...)
			continue
		}
		square := 0.0
		for _, value := range vector {
			square += value * value
		}
		root := math.Sqrt(square/float64(len(vector)) + p.config.RMSNormEps)
		for i, value := range vector {
			out[at] = append(out[at], value/root*(p.rules().offset+p.tensors[name][i]))
		}
	}
	return out
}

// project is W·x + b for each vector; a model without biases has no b.
func (p plainLlama) project(name string, x [][]float64) [][]float64 {
	out := p.multiply(name+".weight", x)
	if bias := p.tensors[name+".bias"]; bias != nil {
		for at := range out {
			for i := range bias {
				out[at][i] += bias[i]
			}
		}
	}
	return out
}

// multiply is W·x for each vector, W [out, in].
func (p plainLlama) multiply(name string, x [][]float64) [][]float64 {
	matrix, in := p.tensors[name], len(x[0])
	out := make([][]float64, len(x))
	for at, vector := range x {
		for begin := 0; begin < len(matrix); begin += in {
			sum := 0.0
			for i, value := range vector {
				sum += matrix[begin+i] * value
			}
			out[at] = append(out[at], sum)
		}
	}
	return out
}

func times(x [][]float64, factor float64) [][]float64 {
	for at := range x {
		for i := range x[at] {
			x[at][i] *= factor
		}
	}
	return x
}

func addTo(x, more [][]float64) {
	for at := range x {
		for i := range x[at] {
			x[at][i] += more[at][i]
		}
	}
}

func softmax(scores []float64) []float64 {
	sum := 0.0
	for i, score := range scores {
		scores[i] = math.Exp(score)
		sum += scores[i]
	}
	for i := range scores {
		scores[i] /= sum
	}
	return scores
}

func flatten(vectors [][]float64) []float64 {
	var flat []float64
	for _, vector := range vectors {
		flat = append(flat, vector...)
	}
	return flat
}
