package measure_test

import (
	"reflect"
	"testing"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/measure"
)

// Each prompt gets the answers to the one before it, cut to the length that is left.
func TestMismatched(t *testing.T) {
	list := []batch.Example{
		{Prompt: []int32{1}, Chosen: []int32{10, 11}, Rejected: []int32{12}},
		{Prompt: []int32{2, 2, 2}, Rejected: []int32{20}},
		{Prompt: []int32{3}, Chosen: []int32{30, 31, 32, 33}},
	}
	want := []batch.Example{
		{Prompt: []int32{1}, Chosen: []int32{30, 31, 32}, Rejected: []int32{}},
		{Prompt: []int32{2, 2, 2}, Chosen: []int32{10}, Rejected: []int32{12}},
		{Prompt: []int32{3}, Chosen: []int32{}, Rejected: []int32{20}},
	}
	for i, got := range measure.Mismatched(list, 4) {
		if !reflect.DeepEqual(append([]int32{}, got.Chosen...), append([]int32{}, want[i].Chosen...)) || !reflect.DeepEqual(append([]int32{}, got.Rejected...), append([]int32{}, want[i].Rejected...)) || !reflect.DeepEqual(got.Prompt, want[i].Prompt) {
			t.Errorf("%d: %v, want %v", i, got, want[i])
		}
	}
}
