package export

import (
	"math"
	"testing"

	"example.com/gonb-dpo/dpocore/decoder"
)

// TestGGUFAlphas: llama.cpp scales all projections by the one alpha of the file over their rank. With ranks 4 and 2, alphas 8 and 3, it
// scales k by 8/2 = 4 where 3/2 is right, so B is multiplied by 3/8; rank-stabilized, 8/√4 is alpha 16 for it, 3/√2 is 3·√2.
func TestGGUFAlphas(t *testing.T) {
	for _, c := range []struct {
		stabilized bool
		alpha      float64
		factor     float64
	}{{false, 8, 3. / 8}, {true, 16, 3 * math.Sqrt2 / 16}} {
		lora := decoder.LoRA{Rank: 4, Alpha: 8, Modules: []string{"q_proj", "k_proj"}, RankStabilized: c.stabilized,
			Ranks: map[string]int{"k_proj": 2}, Alphas: map[string]float64{"k_proj": 3}}
		if got := ggufAlpha(lora, "q_proj"); got != c.alpha {
			t.Errorf("the alpha is %g, want %g", got, c.alpha)
		}
		if got := ggufB(lora, "q_proj", []float32{5}); got[0] != 5 {
			t.Errorf("a value of q's B is %g, want 5", got[0])
		}
		if got := ggufB(lora, "k_proj", []float32{5}); math.Abs(float64(got[0])-5*c.factor) > 1e-6 {
			t.Errorf("a value of k's B is %g, want %g", got[0], 5*c.factor)
		}
	}
}
