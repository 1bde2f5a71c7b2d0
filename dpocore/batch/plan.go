package batch

// Row lengths that Plan tries are multiples of step, up to longest (or as long as the longest pair needs).
const (
	step    = 64
	longest = 2048
)

// attentionShare is the cost of a token's attention over a row of 1,000 tokens, with the cost of the token's matrix
// products as the unit; measured on SmolLM2-135M. Attention grows with the square of a row's length, so that a row
// twice as long must save padding to pay.
const attentionShare = 0.35

// Plan chooses the shape of a run's rows: the length at which all steps together cost least, and room for the most
// answers and pairs that any row then gets. Each step is a list of examples that are packed together.
func Plan(steps [][]Example) Shape {
	need := step
	for _, examples := range steps {
		for _, e := range examples {
			need = max(need, roundUp(e.Tokens(), step))
		}
	}
	var best Shape
	bestCost := 0.0
	for tokens := need; tokens == need || tokens <= longest; tokens += step {
		shape, rows := fill(steps, tokens)
		cost := float64(rows*tokens) * (1 + attentionShare*float64(tokens)/1000)
		if best.Tokens == 0 || cost < bestCost {
			best, bestCost = shape, cost
		}
	}
	return best
}

// fill packs all steps into rows of a length and returns the shape they need and their number.
func fill(steps [][]Example, tokens int) (Shape, int) {
	shape := Shape{Tokens: tokens}
	count := 0
	for _, examples := range steps {
		rows, err := Pack(examples, Shape{Tokens: tokens, Answers: tokens, Pairs: len(examples)})
		if err != nil {
			panic(err) // tokens is at least the longest example's
		}
		count += len(rows)
		for _, row := range rows {
			shape.Answers = max(shape.Answers, roundUp(row.answers, step/2))
			shape.Pairs = max(shape.Pairs, len(row.Examples))
		}
	}
	return shape, count
}

func roundUp(n, multiple int) int { return (n + multiple - 1) / multiple * multiple }
