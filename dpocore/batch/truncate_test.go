package batch_test

import (
	"reflect"
	"slices"
	"testing"

	"example.com/gonb-dpo/dpocore/batch"
)

// TestTruncate truncates to 10 tokens; pairs are given by their lengths (prompt, chosen, rejected).
func TestTruncate(t *testing.T) {
	for _, c := range []struct {
		name    string
		lengths [3]int
		want    [3]int // zero if the pair is omitted
		cut     int
	}{
		{"short", [3]int{3, 2, 4}, [3]int{3, 2, 4}, 0},
		{"both fit exactly", [3]int{6, 4, 4}, [3]int{6, 4, 4}, 0}, // 6 + 4 = 10
		{"chosen one too long", [3]int{6, 5, 4}, [3]int{6, 4, 4}, 1},
		{"rejected too long", [3]int{6, 1, 9}, [3]int{6, 1, 4}, 1},
		{"both too long", [3]int{9, 2, 7}, [3]int{9, 1, 1}, 2},
		{"prompt fills it", [3]int{10, 1, 1}, [3]int{}, 0},
		{"prompt too long", [3]int{12, 1, 1}, [3]int{}, 0},
	} {
		result, report := batch.Truncate([]batch.Example{example(1, c.lengths[0], c.lengths[1], c.lengths[2])}, 10)
		if omitted := c.want == [3]int{}; omitted != (len(result) == 0) || omitted != (len(report.LeftOut) == 1) {
			t.Errorf("%s: %d pairs, omitted %v; omitted should be %v", c.name, len(result), report.LeftOut, omitted)
			continue
		}
		if report.Cut != c.cut {
			t.Errorf("%s: %d answers cut, want %d", c.name, report.Cut, c.cut)
		}
		if len(result) == 1 {
			if got := [3]int{len(result[0].Prompt), len(result[0].Chosen), len(result[0].Rejected)}; got != c.want {
				t.Errorf("%s: lengths %v, want %v", c.name, got, c.want)
			}
		}
	}
}

func TestTruncateKeepsFirstTokensAndOrder(t *testing.T) {
	examples := []batch.Example{
		{Prompt: []int32{1, 2, 3, 4}, Chosen: []int32{5}, Rejected: []int32{6}},                 // prompt has 4
		{Prompt: []int32{1, 2}, Chosen: []int32{3, 4, 5, 6}, Rejected: []int32{7}},              // keeps 1 2 | 3 4
		{Prompt: []int32{1, 2, 3, 4, 5}, Chosen: []int32{6}, Rejected: []int32{7}},              // prompt is longer than 4
		{Prompt: []int32{8, 9, 10}, Chosen: []int32{11, 12}, Rejected: []int32{13, 14, 15}},     // keeps 8 9 10 | 11
		{Prompt: []int32{8}, Chosen: []int32{9, 10, 11}, Rejected: []int32{12, 13, 14, 15, 16}}, // keeps 8 | 12 13 14
	}
	before := make([]batch.Example, len(examples))
	for i, e := range examples {
		before[i] = batch.Example{Prompt: slices.Clone(e.Prompt), Chosen: slices.Clone(e.Chosen), Rejected: slices.Clone(e.Rejected)}
	}
	result, report := batch.Truncate(examples, 4)
	want := []batch.Example{
		{Prompt: []int32{1, 2}, Chosen: []int32{3, 4}, Rejected: []int32{7}},
		{Prompt: []int32{8, 9, 10}, Chosen: []int32{11}, Rejected: []int32{13}},
		{Prompt: []int32{8}, Chosen: []int32{9, 10, 11}, Rejected: []int32{12, 13, 14}},
	}
	if !reflect.DeepEqual(result, want) {
		t.Errorf("result %v, want %v", result, want)
	}
	if report.Cut != 4 || !slices.Equal(report.LeftOut, []int{0, 2}) {
		t.Errorf("report %+v, want 4 cut and pairs 0 and 2 omitted", report)
	}
	if !reflect.DeepEqual(examples, before) {
		t.Error("Truncate changed its input")
	}
}
