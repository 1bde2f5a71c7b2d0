package decoder

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder/attention"
)

// maskedOut is added to the attention scores of tokens that must not be seen. It is finite, so that a row of padding, in
// which a token sees nothing, gives no NaN.
const maskedOut = -1e9

// Row holds a row's tokens in a graph, each [tokens] int32. Tokens with an equal Pair belong together; the prompt
// (branch 0) is seen by both answers (1 and 2), which do not see each other. Position restarts in each sequence.
type Row struct {
	Tokens, Pair, Branch, Position *Node
}

// Positions tells a layer where a row's tokens are: their rotation, and the bias [tokens, tokens] of the attention scores,
// 0 where the token of the first axis sees that of the second and maskedOut elsewhere. All layers of a kind share it.
type Positions struct {
	Rotation
	Bias *Node
}

func (p Positions) row() attention.Row { return attention.Row{Bias: p.Bias} }

// Positions computes a row's positions for each kind of attention that a model has.
func (r Row) Positions(c Config) (list []Positions) {
	tokens := r.Tokens.Shape().Dim(0)
	rows := func(x *Node) *Node { return BroadcastToDims(Reshape(x, tokens, 1), tokens, tokens) }
	cols := func(x *Node) *Node { return BroadcastToDims(Reshape(x, 1, tokens), tokens, tokens) }
	index := Iota(r.Tokens.Graph(), r.Tokens.Shape(), 0)
	samePair := Equal(rows(r.Pair), cols(r.Pair))
	sees := And(samePair, GreaterOrEqual(rows(index), cols(index)))
	prompt := Equal(cols(r.Branch), ScalarZero(r.Tokens.Graph(), dtypes.Int32))
	sees = And(sees, Or(prompt, Equal(rows(r.Branch), cols(r.Branch))))
	for _, kind := range c.attentions() {
		rotation := c.rotation(kind, r.Position, func() *Node {
			return ReduceMax(Where(samePair, cols(r.Position), ScalarZero(r.Tokens.Graph(), dtypes.Int32)), 1)
		})
		list = append(list, Positions{rotation, biasWhere(kind.inWindow(sees, rows(r.Position), cols(r.Position)))})
	}
	return list
}

// biasWhere is 0 where sees is true, maskedOut elsewhere.
func biasWhere(sees *Node) *Node {
	g := sees.Graph()
	return Where(sees, Scalar(g, dtypes.Float32, 0.0), Scalar(g, dtypes.Float32, maskedOut))
}
