package generate

import (
	"math"
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	for _, test := range []struct {
		change func(*Options)
		want   string
	}{
		{func(o *Options) {}, ""},
		{func(o *Options) { o.TopK = 50; o.RepetitionPenalty = 1.3; o.Stop = []string{"\n"} }, ""},
		{func(o *Options) { o.RepetitionPenalty = 0.01 }, ""},
		{func(o *Options) { o.TopK = -1 }, "top-k is -1; it must be 0"},
		{func(o *Options) { o.RepetitionPenalty = -1.3 }, "repetition penalty is -1.3; it must be 1 (none), or between 0.01 and 100"},
		{func(o *Options) { o.RepetitionPenalty = 0.001 }, "repetition penalty is 0.001"},
		{func(o *Options) { o.RepetitionPenalty = 101 }, "repetition penalty is 101"},
		{func(o *Options) { o.RepetitionPenalty = math.NaN() }, "repetition penalty is NaN"},
		{func(o *Options) { o.Stop = []string{"a", ""} }, "stop text is empty"},
		{func(o *Options) { o.Temperature = math.Inf(1) }, "temperature is +Inf"},
		{func(o *Options) { o.Samples, o.Temperatures = 2, []float64{0, 1.5} }, ""},
		{func(o *Options) { o.Samples, o.Temperatures = 2, []float64{0, -1} }, "temperature is -1"},
		{func(o *Options) { o.Samples, o.Temperatures = 3, []float64{0, 1} }, "there are 2 temperatures for 3 samples"},
	} {
		o := greedy(1, 1)
		test.change(&o)
		err := o.Validate()
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%+v: error %v, want %q", o, err, test.want)
		}
	}
}
