package train

import (
	"testing"

	"example.com/gonb-dpo/dpocore/config"
)

func TestLossScale(t *testing.T) {
	s := initialLossScale(config.Float16)
	first := s.factor
	steps := func(count int, overflow bool) {
		for range count {
			s = s.next(overflow, first)
		}
	}
	for _, test := range []struct {
		steps    int
		overflow bool
		want     lossScale
	}{
		{250, false, lossScale{1024, 250}},
		{1, true, lossScale{512, 0}},
		{1, true, lossScale{256, 0}},
		{199, false, lossScale{256, 199}},
		{1, false, lossScale{512, 0}},
		{199, false, lossScale{512, 199}},
		{1, true, lossScale{256, 0}},
		{400, false, lossScale{1024, 0}},
		{300, false, lossScale{1024, 300}},
	} {
		if steps(test.steps, test.overflow); s != test.want {
			t.Fatalf("after %d more steps, overflows %t: %+v, want %+v", test.steps, test.overflow, s, test.want)
		}
	}
	if s := initialLossScale("float32"); s.factor != 1 {
		t.Errorf("in float32 it is %g", s.factor)
	}
}
