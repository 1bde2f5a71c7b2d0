package lossscale

import (
	"testing"

	"example.com/gonb-dpo/dpocore/config"
)

func TestLossScale(t *testing.T) {
	s := Initial(config.Float16)
	first := s.Factor
	steps := func(count int, overflow bool) {
		for range count {
			s = s.Next(overflow, first)
		}
	}
	for _, test := range []struct {
		steps    int
		overflow bool
		want     Scale
	}{
		{250, false, Scale{1024, 250}},
		{1, true, Scale{512, 0}},
		{1, true, Scale{256, 0}},
		{199, false, Scale{256, 199}},
		{1, false, Scale{512, 0}},
		{199, false, Scale{512, 199}},
		{1, true, Scale{256, 0}},
		{400, false, Scale{1024, 0}},
		{300, false, Scale{1024, 300}},
	} {
		if steps(test.steps, test.overflow); s != test.want {
			t.Fatalf("after %d more steps, overflows %t: %+v, want %+v", test.steps, test.overflow, s, test.want)
		}
	}
	if s := Initial("float32"); s.Factor != 1 {
		t.Errorf("in float32 it is %g", s.Factor)
	}
}
