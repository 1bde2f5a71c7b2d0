package batch_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"example.com/gonb-dpo/dpocore/batch"
)

func pairs(lengths ...int) []batch.Example {
	list := make([]batch.Example, len(lengths))
	for i, tokens := range lengths {
		list[i] = example(1, tokens-20, 10, 10)
	}
	return list
}

// TestPlanChoosesOneShape: 20 answer tokens round up to 32.
func TestPlanChoosesOneShape(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps [][]batch.Example
		want  batch.Shape
	}{
		{"one short pair", [][]batch.Example{pairs(40)}, batch.Shape{Tokens: 64, Answers: 32, Pairs: 1}},
		{"exactly a multiple", [][]batch.Example{pairs(128)}, batch.Shape{Tokens: 128, Answers: 32, Pairs: 1}},
		{"one more", [][]batch.Example{pairs(129)}, batch.Shape{Tokens: 192, Answers: 32, Pairs: 1}},
		{"two share a row", [][]batch.Example{pairs(70, 70)}, batch.Shape{Tokens: 192, Answers: 64, Pairs: 2}},
		// two rows of 1024 cost 2078 and their attention 315; one of 1536 would be too short
		{"two long pairs", [][]batch.Example{pairs(970, 970)}, batch.Shape{Tokens: 1024, Answers: 32, Pairs: 1}},
		{"steps stay apart", [][]batch.Example{pairs(70), pairs(70)}, batch.Shape{Tokens: 128, Answers: 32, Pairs: 1}},
		// longer than the lengths that Plan tries otherwise: 2,100 rounds up to 33·64
		{"a very long pair", [][]batch.Example{pairs(2100)}, batch.Shape{Tokens: 2112, Answers: 32, Pairs: 1}},
	} {
		if got := batch.Plan(c.steps); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestPlanChoosesTwoShapes: steps of 512 and 64 tokens alternate. A single shape is filled to 56 % or needs eight rows; a
// second one costs as much to compile as 700 tokens to compute, which pays off with many steps but not with two.
func TestPlanChoosesTwoShapes(t *testing.T) {
	steps := func(count int) (list [][]batch.Example) {
		for range count {
			list = append(list, pairs(512), pairs(64))
		}
		return list
	}
	if got := batch.Plan(steps(1)); len(got) != 1 {
		t.Errorf("for two steps: %+v, want one shape", got)
	}
	want := []batch.Shape{{Tokens: 512, Answers: 32, Pairs: 1}, {Tokens: 64, Answers: 32, Pairs: 1}}
	if got := batch.Plan(steps(50)); !slices.Equal(got, want) {
		t.Errorf("for 100 steps: %+v, want %+v", got, want)
	}
}

// TestPlanFitsUnsampledSteps: a long run is planned from a sample, but pairs outside the sample fit too.
func TestPlanFitsUnsampledSteps(t *testing.T) {
	var steps [][]batch.Example
	for range 1000 {
		steps = append(steps, pairs(64, 64))
	}
	steps[1] = append(pairs(64), example(1, 100, 700, 500))
	if _, err := batch.Pack(steps[1], batch.Plan(steps)...); err != nil {
		t.Error(err)
	}
}

func TestPlanFitsAllSteps(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for trial := range 30 {
		steps := make([][]batch.Example, 1+random.IntN(5))
		longest := 0
		for i := range steps {
			for range 1 + random.IntN(6) {
				e := randomExample(random, 120)
				steps[i] = append(steps[i], e)
				longest = max(longest, e.Tokens())
			}
		}
		shapes := batch.Plan(steps)
		if !slices.Equal(shapes, batch.Plan(steps)) {
			t.Fatalf("trial %d: planning again gives other shapes", trial)
		}
		for _, shape := range shapes {
			if shape.Tokens%64 != 0 || shape.Answers%32 != 0 || shape.Answers > shape.Tokens {
				t.Fatalf("trial %d: shape %+v, want multiples of 64 and 32", trial, shape)
			}
		}
		if shapes[0].Tokens < longest {
			t.Fatalf("trial %d: shapes %+v have no room for %d tokens", trial, shapes, longest)
		}
		used := map[int]batch.Shape{}
		for i, step := range steps {
			rows, err := batch.Pack(step, shapes...)
			if err != nil {
				t.Fatalf("trial %d: step %d does not fit its plan %+v: %v", trial, i, shapes, err)
			}
			for _, row := range rows {
				answers := 0
				for _, index := range row.Examples {
					answers += step[index].Answers()
				}
				m := used[row.Shape.Tokens]
				used[row.Shape.Tokens] = batch.Shape{Answers: max(m.Answers, answers), Pairs: max(m.Pairs, len(row.Examples))}
			}
		}
		for _, shape := range shapes {
			if m := used[shape.Tokens]; shape.Pairs != m.Pairs || shape.Answers-m.Answers >= 32 {
				t.Fatalf("trial %d: shape %+v, but rows have up to %d pairs and %d answer tokens", trial, shape, m.Pairs, m.Answers)
			}
		}
	}
}
