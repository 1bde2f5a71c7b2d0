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

// hidden are the hidden states after the final norm, one vector a token.
func (p plainLlama) hidden(tokens []int32) [][]float64 {
	width := p.config.HiddenSize
	states := make([][]float64, len(tokens))
	for i, token := range tokens {
		states[i] = append([]float64{}, p.tensors["model.embed_tokens.weight"][int(token)*width:][:width]...)
	}
	for layer := range p.config.Layers {
		prefix := fmt.Sprintf("model.layers.%d.", layer)
		addTo(states, p.attention(prefix+"self_attn.", p.norm(states, prefix+"input_layernorm.weight")))
		addTo(states, p.mlp(prefix+"mlp.", p.norm(states, prefix+"post_attention_layernorm.weight")))
	}
	return p.norm(states, "model.norm.weight")
}

// logits are the vocabulary logits of hidden states.
func (p plainLlama) logits(hidden [][]float64) [][]float64 {
	if p.config.TiedEmbeddings {
		return p.multiply("model.embed_tokens.weight", hidden)
	}
	return p.multiply("lm_head.weight", hidden)
}

func (p plainLlama) attention(prefix string, x [][]float64) [][]float64 {
	c := p.config
	q, k, v := p.project(prefix+"q_proj", x), p.project(prefix+"k_proj", x), p.project(prefix+"v_proj", x)
	p.normHeads(q, prefix+"q_norm.weight")
	p.normHeads(k, prefix+"k_norm.weight")
	for at := range x {
		p.rotate(q[at], at)
		p.rotate(k[at], at)
	}
	out := make([][]float64, len(x))
	for at := range x {
		out[at] = make([]float64, c.Heads*c.HeadDim)
		for head := range c.Heads {
			shared := head / (c.Heads / c.KVHeads) // consecutive query heads share a key head
			scores := make([]float64, at+1)
			for other := range scores {
				for i := range c.HeadDim {
					scores[other] += q[at][head*c.HeadDim+i] * k[other][shared*c.HeadDim+i] / math.Sqrt(float64(c.HeadDim))
				}
			}
			for other, weight := range softmax(scores) {
				for i := range c.HeadDim {
					out[at][head*c.HeadDim+i] += weight * v[other][shared*c.HeadDim+i]
				}
			}
		}
	}
	return p.project(prefix+"o_proj", out)
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

// rotate turns each head's pairs (i, i + headDim/2) by position · theta^(−2i/headDim), or slower where that is scaled.
func (p plainLlama) rotate(heads []float64, position int) {
	width := p.config.HeadDim
	for begin := 0; begin < len(heads); begin += width {
		for i := range width / 2 {
			angle := float64(position) * p.slowed(math.Pow(p.config.RopeTheta, -2*float64(i)/float64(width)))
			a, b := heads[begin+i], heads[begin+i+width/2]
			heads[begin+i] = a*math.Cos(angle) - b*math.Sin(angle)
			heads[begin+i+width/2] = a*math.Sin(angle) + b*math.Cos(angle)
		}
	}
}

// slowed is a frequency after Llama 3's scaling. With w = original length/wave length, the number of waves in the length
// that the model was first trained on: frequency/factor where w < low, the frequency where w > high, and between them
// the mean of both in which the share of the latter is (w − low)/(high − low).
func (p plainLlama) slowed(frequency float64) float64 {
	s := p.config.RopeScaling
	if s.Factor == 0 {
		return frequency
	}
	waves := float64(s.OriginalMaxPositions) * frequency / (2 * math.Pi)
	share := min(max((waves-s.LowFreqFactor)/(s.HighFreqFactor-s.LowFreqFactor), 0), 1)
	return share*frequency + (1-share)*frequency/s.Factor
}

// mlp is down(SiLU(gate(x)) · up(x)) with SiLU(z) = z/(1 + e⁻ᶻ).
func (p plainLlama) mlp(prefix string, x [][]float64) [][]float64 {
	gate, up := p.project(prefix+"gate_proj", x), p.project(prefix+"up_proj", x)
	for at := range gate {
		for i, z := range gate[at] {
			gate[at][i] = z / (1 + math.Exp(-z)) * up[at][i]
		}
	}
	return p.project(prefix+"down_proj", gate)
}

func (p plainLlama) norm(x [][]float64, name string) [][]float64 {
	out := make([][]float64, len(x))
	for at, vector := range x {
		square := 0.0
		for _, value := range vector {
			square += value * value
		}
		root := math.Sqrt(square/float64(len(vector)) + p.config.RMSNormEps)
		for i, value := range vector {
			out[at] = append(out[at], value/root*p.tensors[name][i])
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
