package generate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/internal/cputime"
	"example.com/gonb-dpo/internal/deps"
	"example.com/gonb-dpo/internal/shared"
)

// recorded is greedy generation by transformers from the same weights.
type recorded struct {
	Input  []int32 `json:"input_ids"`
	Greedy []int32 `json:"greedy_ids"`
}

func readRecorded(t testing.TB) recorded {
	t.Helper()
	raw, err := os.ReadFile(shared.Path(t, "parity/greedy.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r recorded
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func realModel(t testing.TB) loaded {
	t.Helper()
	path, err := deps.GGUF()
	if err != nil {
		t.Fatal(err)
	}
	return load(t, path)
}

func TestGreedyEqualsTransformers(t *testing.T) {
	if testing.Short() {
		t.Skip("the real model takes half a minute")
	}
	want := readRecorded(t)
	g := realModel(t).generator(t, nil, nil)
	got, err := g.Generate(context.Background(), want.Input, nil, greedy(len(want.Greedy), 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got[0], want.Greedy) {
		t.Errorf("greedy tokens are\n%v, transformers has\n%v", got[0], want.Greedy)
	}
}

// BenchmarkGenerate measures whole answers of 64 tokens on the real model, without compilation. It reports tokens per second
// over all samples, processor time per step, and how fast the weights are read, which each step does once, as a share of the
// machine's reading of memory.
func BenchmarkGenerate(b *testing.B) {
	prompt := readRecorded(b).Input
	m := realModel(b)
	memory := bandwidth()
	b.Logf("memory is read at %.1f GB/s", memory/1e9)
	layout, err := decoder.NewLayout(m.weights.Config, decoder.LoRA{Rank: 16, Alpha: 16, Modules: decoder.AllModules})
	if err != nil {
		b.Fatal(err)
	}
	for _, adapter := range []bool{false, true} {
		for _, samples := range []int{1, 4} {
			b.Run(fmt.Sprintf("adapter=%t/samples=%d", adapter, samples), func(b *testing.B) {
				g := m.generator(b, nil, nil)
				if adapter {
					g = m.generator(b, &layout, layout.Init(1))
				}
				options := greedy(64, samples)
				options.Temperature, options.TopP = 0.8, 0.9
				generated := func() (tokens int) {
					ids, err := g.Generate(context.Background(), prompt, nil, options, nil)
					if err != nil {
						b.Fatal(err)
					}
					for _, text := range ids {
						tokens += len(text)
					}
					return tokens
				}
				generated() // compiles
				total, before := 0, cputime.Used(b)
				for b.Loop() {
					total += generated()
				}
				steps, seconds := float64(total/samples), b.Elapsed().Seconds()
				b.ReportMetric(float64(total)/seconds, "tokens/s")
				b.ReportMetric((cputime.Used(b)-before).Seconds()*1e3/steps, "cpu-ms/step")
				b.ReportMetric(steps*float64(m.weights.Bytes())/seconds/memory*100, "%bandwidth")
			})
		}
	}
}

// bandwidth is how many bytes per second all cores together read from memory, at best of some rounds.
func bandwidth() (best float64) {
	const size = 256 << 20
	block := make([]byte, size)
	for i := range block { // pages that were only allocated are all the same one
		block[i] = 2
	}
	part := size / runtime.NumCPU()
	for range 5 {
		var group sync.WaitGroup
		start := time.Now()
		for i := range runtime.NumCPU() {
			group.Go(func() { bytes.IndexByte(block[i*part:(i+1)*part], 1) })
		}
		group.Wait()
		best = max(best, size/time.Since(start).Seconds())
	}
	return best
}
