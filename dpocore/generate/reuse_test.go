package generate

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"example.com/gonb-dpo/internal/tinymodel"
)

// TestKeptCacheChangesNothing asks one generator prompts that begin alike, and a fresh one the last of them. The logits
// after the prompt must be the same to the bit, and so the answers.
func TestKeptCacheChangesNothing(t *testing.T) {
	m := tiny(t)
	first := tinymodel.RandomTokens(2*piece+9, 1)
	longer := slices.Concat(first, tinymodel.RandomTokens(70, 2))
	other := slices.Concat(first[:piece+3], tinymodel.RandomTokens(60, 3))
	o := sampled(20, 2, 5)
	used, fresh := m.generator(t, nil, nil), m.generator(t, nil, nil)
	for _, test := range []struct {
		name   string
		before [][]int32
		prompt []int32
		shared int
	}{
		{"the next turn", [][]int32{first}, longer, 2 * piece},
		{"the same prompt again", [][]int32{longer}, longer, 3 * piece},
		{"the same whole pieces again", [][]int32{first[:2*piece]}, first[:2*piece], piece},
		{"a shorter prompt", [][]int32{longer}, first, 2 * piece},
		{"another turn", [][]int32{longer}, other, piece},
		{"there and back", [][]int32{longer, other}, longer, piece},
		{"nothing alike", [][]int32{longer}, tinymodel.RandomTokens(100, 9), 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			used.forget()
			fresh.forget()
			for _, prompt := range test.before {
				answer(t, used, prompt, sampled(25, 1, 3))
			}
			if got := used.cache.shared(test.prompt); got != test.shared {
				t.Errorf("%d tokens are taken from the kept cache, want %d", got, test.shared)
			}
			want := answer(t, fresh, test.prompt, o)
			if got := answer(t, used, test.prompt, o); !reflect.DeepEqual(got, want) {
				t.Errorf("with what was kept the answers are\n%v, without\n%v", got, want)
			}
			if got, want := promptLogits(t, used, test.prompt, o), promptLogits(t, fresh, test.prompt, o); !slices.Equal(got, want) {
				t.Error("the logits after the prompt differ")
			}
		})
	}
}

// promptLogits are those after the prompt, with what the generator has kept.
func promptLogits(t *testing.T, g *Generator, prompt []int32, o Options) []float32 {
	t.Helper()
	cache, err := g.cacheFor(prompt, o)
	if err != nil {
		t.Fatal(err)
	}
	logits, err := cache.readPrompt(context.Background(), prompt)
	if err != nil {
		t.Fatal(err)
	}
	return logits[0]
}

func TestKeptCacheKnowsItsAdapter(t *testing.T) {
	m := tiny(t)
	layout, prompt := m.layout(t), tinymodel.RandomTokens(2*piece, 1)
	g := m.generator(t, layout, layout.Init(1))
	answer(t, g, prompt, greedy(5, 1))
	if err := g.SetAdapter(randomAdapter(layout)); err != nil {
		t.Fatal(err)
	}
	want := answer(t, m.generator(t, layout, randomAdapter(layout)), prompt, greedy(20, 1))
	if got := answer(t, g, prompt, greedy(20, 1)); !reflect.DeepEqual(got, want) {
		t.Errorf("after another adapter was set the answer is %v, want %v", got, want)
	}
}

// TestKeptCacheAfterCancelling continues after answers and a prompt that were stopped halfway.
func TestKeptCacheAfterCancelling(t *testing.T) {
	m := tiny(t)
	prompt := tinymodel.RandomTokens(3*piece+5, 1)
	g := m.generator(t, nil, nil)
	want := answer(t, m.generator(t, nil, nil), prompt, greedy(20, 1))
	ctx, cancel := context.WithCancel(context.Background())
	_, err := g.Generate(ctx, prompt, nil, greedy(20, 1), func(int, int32) bool { cancel(); return false })
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("cancelled: %v", err)
	}
	if got := g.cache.shared(prompt); got != 3*piece {
		t.Errorf("after a cancelled answer %d tokens are kept, want %d", got, 3*piece)
	}
	if got := answer(t, g, prompt, greedy(20, 1)); !reflect.DeepEqual(got, want) {
		t.Errorf("after a cancelled answer: %v, want %v", got, want)
	}
	g.cache.rewind(piece) // as where the prompt's second piece was never read
	if got := answer(t, g, prompt, greedy(20, 1)); !reflect.DeepEqual(got, want) {
		t.Errorf("after a cancelled prompt: %v, want %v", got, want)
	}
}

// TestTokenEnds: the sample of which a token is the last ends with it, and the others don't notice.
func TestTokenEnds(t *testing.T) {
	g := tiny(t).generator(t, nil, nil)
	prompt := tinymodel.RandomTokens(20, 1)
	full := answer(t, g, prompt, sampled(30, 3, 7))
	told := make([]int, 3)
	got, err := g.Generate(context.Background(), prompt, nil, sampled(30, 3, 7), func(sample int, _ int32) bool {
		told[sample]++
		return sample == 1 && told[1] == 4
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got[1], full[1][:4]) || !slices.Equal(got[0], full[0]) || !slices.Equal(got[2], full[2]) {
		t.Errorf("sample 1 ended at its token 4: %v, without %v", got, full)
	}
}
