package batch_test

import (
	"reflect"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/batch"
)

// TestPackKeepsTheOrderOfManyEqualPairs: with more than twelve pairs an unstable sort begins to mix equal ones.
func TestPackKeepsTheOrderOfManyEqualPairs(t *testing.T) {
	var examples []batch.Example
	var want [][]int
	for i := range 40 {
		examples = append(examples, example(1, 2+i%2, 1, 1)) // 4 and 5 tokens in turns
	}
	for i := range 40 { // the longer ones, at the odd places, come first
		want = append(want, []int{(2*i + 1) % 41})
	}
	rows, err := batch.Pack(examples, batch.Shape{Tokens: 5, Answers: 2, Pairs: 1})
	if err != nil {
		t.Fatal(err)
	}
	var got [][]int
	for _, row := range rows {
		got = append(got, row.Examples)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("rows hold %v, want %v", got, want)
	}
}

func TestPackSaysHowMuchARowHolds(t *testing.T) {
	_, err := batch.Pack([]batch.Example{example(1, 5, 2, 2)}, batch.Shape{Tokens: 8, Answers: 4, Pairs: 2})
	const want = "pair 0 has 9 tokens, 4 of them in answers; a row holds 8 and 4"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want one with %q", err, want)
	}
}

// TestPlanWeighsPaddingAgainstAttention has steps of one to five pairs, given by their tokens, 20 of them in answers. The
// costs are those of TestPlanChooses.
func TestPlanWeighsPaddingAgainstAttention(t *testing.T) {
	for _, c := range []struct {
		name    string
		lengths []int
		want    int
	}{
		// two rows of 384 cost 768·1.1344 = 871.2, one of 704 costs 704·1.2464 = 877.5; with 0.3 for 0.35 one would win
		{"attention costs more than 0.3", []int{321, 321}, 384},
		// five rows of 256 cost 1280·1.0896 = 1394.7, one of 1024 costs 1024·1.3584 = 1391.0; with 0.4 five would win
		{"attention costs less than 0.4", []int{193, 193, 193, 193, 193}, 1024},
		// two rows of 1088 cost 2176·1.3808 = 3004.6, one of 1344 costs 1344·1.4704 = 1976.2
		{"longer than a long pair", []int{1030, 300}, 1344},
		// two rows of 1536 cost 3072·1.5376 = 4723.5, one of 2048 costs 2048·1.7168 = 3516.0
		{"the longest that is tried", []int{1500, 530}, 2048},
		{"longer than that is not tried", []int{1500, 600}, 1536},
	} {
		var step []batch.Example
		for _, tokens := range c.lengths {
			step = append(step, example(1, tokens-20, 10, 10))
		}
		if got := batch.Plan([][]batch.Example{step}); got.Tokens != c.want {
			t.Errorf("%s: rows of %d tokens, want %d", c.name, got.Tokens, c.want)
		}
	}
}
