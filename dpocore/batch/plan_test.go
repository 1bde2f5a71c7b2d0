package batch_test

import (
	"math/rand/v2"
	"testing"

	"example.com/gonb-dpo/dpocore/batch"
)

// TestPlanChooses compares the cost rows·tokens·(1 + 0.35·tokens/1000) of the candidates by hand.
func TestPlanChooses(t *testing.T) {
	pairs := func(count, tokens int) []batch.Example {
		list := make([]batch.Example, count)
		for i := range list {
			list[i] = example(1, tokens-20, 10, 10)
		}
		return list
	}
	for _, c := range []struct {
		name  string
		steps [][]batch.Example
		want  batch.Shape
	}{
		// 20 answer tokens round up to 32
		{"one short pair", [][]batch.Example{pairs(1, 40)}, batch.Shape{Tokens: 64, Answers: 32, Pairs: 1}},
		{"exactly a multiple", [][]batch.Example{pairs(1, 128)}, batch.Shape{Tokens: 128, Answers: 32, Pairs: 1}},
		{"one more", [][]batch.Example{pairs(1, 129)}, batch.Shape{Tokens: 192, Answers: 32, Pairs: 1}},
		// two rows of 128 cost 256·1.0448 = 267.5, one of 192 costs 192·1.0672 = 204.9
		{"two share a row", [][]batch.Example{pairs(2, 70)}, batch.Shape{Tokens: 192, Answers: 64, Pairs: 2}},
		// two rows of 128 cost 267.5, one of 256 costs 256·1.0896 = 278.9: equal padding, dearer attention
		{"two fill a row each", [][]batch.Example{pairs(2, 128)}, batch.Shape{Tokens: 128, Answers: 32, Pairs: 1}},
		// two rows of 1024 cost 2048·1.3584 = 2782.0, one of 1984 costs 1984·1.6944 = 3361.7: less padding does not pay
		{"attention decides", [][]batch.Example{pairs(2, 970)}, batch.Shape{Tokens: 1024, Answers: 32, Pairs: 1}},
		// pairs of different steps never share a row: two rows of 128 whatever the length
		{"steps stay apart", [][]batch.Example{pairs(1, 70), pairs(1, 70)}, batch.Shape{Tokens: 128, Answers: 32, Pairs: 1}},
		// longer than the lengths that are tried: 2,100 rounds up to 33·64
		{"a very long pair", [][]batch.Example{pairs(1, 2100)}, batch.Shape{Tokens: 2112, Answers: 32, Pairs: 1}},
	} {
		if got := batch.Plan(c.steps); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestPlanHoldsAllSteps(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for trial := range 30 {
		steps := make([][]batch.Example, 1+random.IntN(5))
		greatest := 0
		for i := range steps {
			for range 1 + random.IntN(6) {
				e := randomExample(random, 120)
				steps[i] = append(steps[i], e)
				greatest = max(greatest, e.Tokens())
			}
		}
		shape := batch.Plan(steps)
		if shape != batch.Plan(steps) {
			t.Fatalf("trial %d: planning again gives another shape", trial)
		}
		if shape.Tokens%64 != 0 || shape.Answers%32 != 0 || shape.Tokens < greatest || shape.Answers > shape.Tokens {
			t.Fatalf("trial %d: shape %+v, want multiples of 64 and 32 and room for %d tokens", trial, shape, greatest)
		}
		mostPairs, mostAnswers := 0, 0
		for i, step := range steps {
			rows, err := batch.Pack(step, shape)
			if err != nil {
				t.Fatalf("trial %d: step %d does not fit its plan %+v: %v", trial, i, shape, err)
			}
			for _, row := range rows {
				answers := 0
				for _, index := range row.Examples {
					answers += step[index].Answers()
				}
				mostPairs, mostAnswers = max(mostPairs, len(row.Examples)), max(mostAnswers, answers)
			}
		}
		if shape.Pairs != mostPairs || shape.Answers-mostAnswers >= 32 {
			t.Fatalf("trial %d: shape %+v where rows hold up to %d pairs and %d answer tokens", trial, shape, mostPairs, mostAnswers)
		}
	}
}
