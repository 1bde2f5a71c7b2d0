package decoder_test

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/rotary"
	"example.com/gonb-dpo/internal/tinymodel"
)

// tolerance is what float32 and float64 may differ by: hidden states and logits are around 1, and sums of about 100
// terms in float32 leave some 1e-6 of it in each of the layers.
const tolerance = 1e-4

func TestForwardAgreesWithPlainGo(t *testing.T) {
	for _, variant := range tinymodel.Variants() {
		t.Run(variant.Name, func(t *testing.T) {
			m, tokens := tiny(t, variant.Config), tinymodel.RandomTokens(40, 5)
			got := m.call(t, sequence(tokens), func(net *decoder.Net, rest []*graph.Node) []*graph.Node {
				hidden := net.Hidden(rowOf(rest))
				return []*graph.Node{hidden, net.Logits(hidden)}
			})
			hidden := m.plain.hidden(tokens)
			if worst := farthest(t, got[0], flatten(hidden)); !(worst <= tolerance) {
				t.Errorf("hidden states differ by %.2g", worst)
			}
			if worst := farthest(t, got[1], flatten(m.plain.logits(hidden))); !(worst <= tolerance) {
				t.Errorf("logits differ by %.2g", worst)
			}
		})
	}
}

// The scaling must show at the positions that the comparison above reaches, and each of its three branches must be taken.
func TestScalingShows(t *testing.T) {
	m, tokens := tiny(t, tinymodel.Llama3()), tinymodel.RandomTokens(40, 5)
	unscaled := m.plain
	unscaled.config.RopeScaling = rotary.Scaling{}
	if gap := farthest(t, narrowed(flatten(m.plain.hidden(tokens))), flatten(unscaled.hidden(tokens))); gap < 100*tolerance {
		t.Errorf("scaling changes hidden states by no more than %.2g", gap)
	}
	branches := map[string]int{}
	for i := range 8 {
		frequency := math.Pow(10000, -2*float64(i)/16)
		switch slowed := m.plain.llama3(frequency); slowed {
		case frequency:
			branches["as before"]++
		case frequency / 8:
			branches["slowed"]++
		default:
			branches["between"]++
		}
	}
	if len(branches) != 3 {
		t.Errorf("the frequencies are %v; want all three kinds", branches)
	}
}

// Two pairs and padding share a row. Each answer must have the same result as in a sequence with its prompt alone.
func TestRowEqualsSequencesAlone(t *testing.T) {
	for name, config := range map[string]decoder.Config{"Llama": tinymodel.Config(), "SmolLM3": tinymodel.SmolLM3(), "Mistral": tinymodel.Mistral(),
		"Gemma 3": tinymodel.Gemma3(), "longrope": shortened(tinymodel.Phi3(), 13)} {
		t.Run(name, func(t *testing.T) { testRow(t, tiny(t, config)) })
	}
}

// shortened ends longrope's short sequences at a length, so that of the two pairs below the first is long.
func shortened(c decoder.Config, length int) decoder.Config {
	c.RopeScaling.OriginalMaxPositions = length
	return c
}

func testRow(t *testing.T, m model) {
	examples := []batch.Example{
		{Prompt: tinymodel.RandomTokens(9, 1), Chosen: tinymodel.RandomTokens(7, 2), Rejected: tinymodel.RandomTokens(5, 3)},
		{Prompt: tinymodel.RandomTokens(4, 4), Chosen: tinymodel.RandomTokens(3, 5), Rejected: tinymodel.RandomTokens(8, 6)},
	}
	rows, err := batch.Pack(examples, batch.Shape{Tokens: 48, Answers: 32, Pairs: 2}) // 36 tokens, 12 of padding
	if err != nil || len(rows) != 1 {
		t.Fatalf("Pack gave %d rows, %v; want one", len(rows), err)
	}
	row := rows[0]
	hidden := m.call(t, []any{row.Tokens, row.Pair, row.Branch, row.Position},
		func(net *decoder.Net, rest []*graph.Node) []*graph.Node {
			return []*graph.Node{net.Hidden(rowOf(rest))}
		})[0]
	width, at := m.weights.Config.HiddenSize, 0
	compare := func(what string, want [][]float64) {
		t.Helper()
		if worst := farthest(t, hidden[at*width:(at+len(want))*width], flatten(want)); !(worst <= tolerance) {
			t.Errorf("%s at %d: hidden states differ by %.2g", what, at, worst)
		}
		at += len(want)
	}
	for _, index := range row.Examples {
		e := examples[index]
		chosen := m.plain.hidden(append(append([]int32{}, e.Prompt...), e.Chosen...))
		rejected := m.plain.hidden(append(append([]int32{}, e.Prompt...), e.Rejected...))
		compare("prompt", chosen[:len(e.Prompt)])
		compare("chosen", chosen[len(e.Prompt):])
		compare("rejected", rejected[len(e.Prompt):])
	}
	for _, value := range hidden[at*width:] {
		if math.IsNaN(float64(value)) || math.IsInf(float64(value), 0) {
			t.Fatal("padding has hidden states that are not finite; their zero weight would not keep them out of a sum")
		}
	}
}
