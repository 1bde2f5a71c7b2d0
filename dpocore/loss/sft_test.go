package loss_test

import "testing"

// TestSFTMeans: two pairs with 8 and 24 chosen tokens of −2 and −1 nats: TRL's mean over the batch's tokens is (16 + 24)/32 = 1.25;
// the mean of the pairs' means is (2 + 1)/2 = 1.5. The other loss is hinge at a margin above 1, which is 0.
func TestSFTMeans(t *testing.T) {
	for _, c := range []struct {
		what         string
		first, other float32 // divisors of the log-probabilities
		want         float64
	}{
		{"mean over the batch's tokens", 16, 16, 1.25}, // 32 tokens / 2 pairs
		{"mean of the pairs' means", 8, 24, 1.5},
	} {
		pairs := []place{
			{policy: [2]float32{-16, -90}, reference: [2]float32{-16, -40}, tokens: [2]float32{8, 9}, sftTokens: c.first},
			{policy: [2]float32{-24, -90}, reference: [2]float32{-24, -40}, tokens: [2]float32{24, 9}, sftTokens: c.other},
		}
		got := run(t, "hinge", pairs, settings{beta: 0.1, sftWeight: 0.5})
		near(t, c.what, (got.losses[0]+got.losses[1])/2, 0.5*c.want, 1e-7)
		near(t, c.what+": gradient by the first chosen answer", got.gradient[0], -0.5/float64(c.first), 1e-8)
		if got.gradient[1] != 0 || got.gradient[3] != 0 {
			t.Errorf("%s: the gradient with respect to the rejected answers is %g and %g", c.what, got.gradient[1], got.gradient[3])
		}
	}
}
