package generate

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/internal/tinymodel"
)

// answer generates without end-of-text tokens and fails the test on an error.
func answer(t *testing.T, g *Generator, prompt []int32, o Options) [][]int32 {
	t.Helper()
	ids, err := g.Generate(context.Background(), prompt, nil, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestGreedySamplesAreEqual(t *testing.T) {
	g := tiny(t).generator(t, nil, nil)
	prompt := tinymodel.RandomTokens(20, 1)
	one := answer(t, g, prompt, greedy(30, 1))[0]
	if len(one) != 30 {
		t.Fatalf("%d tokens came, 30 were asked for", len(one))
	}
	for b, text := range answer(t, g, prompt, greedy(30, 3)) {
		if !slices.Equal(text, one) {
			t.Errorf("sample %d of 3 is %v, alone it is %v", b, text, one)
		}
	}
}

func TestSeed(t *testing.T) {
	g := tiny(t).generator(t, nil, nil)
	prompt := tinymodel.RandomTokens(20, 1)
	three := answer(t, g, prompt, sampled(30, 3, 7))
	if again := answer(t, g, prompt, sampled(30, 3, 7)); !reflect.DeepEqual(three, again) {
		t.Errorf("one seed gave two answers:\n%v\n%v", three, again)
	}
	if two := answer(t, g, prompt, sampled(30, 2, 7)); !reflect.DeepEqual(three[:2], two) {
		t.Errorf("two samples are\n%v, as part of three they are\n%v", two, three[:2])
	}
	if other := answer(t, g, prompt, sampled(30, 3, 8)); reflect.DeepEqual(three, other) {
		t.Error("two seeds gave the same answer")
	}
	if slices.Equal(three[0], three[1]) {
		t.Error("two samples at temperature 1 are the same")
	}
}

// Each sample has its own temperature: it is the text that it would be where all had that one.
func TestTemperatures(t *testing.T) {
	g := tiny(t).generator(t, nil, nil)
	prompt, own := tinymodel.RandomTokens(20, 1), sampled(30, 3, 7)
	own.Temperatures = []float64{0, 0.7, 1.5}
	texts := answer(t, g, prompt, own)
	for sample, temperature := range own.Temperatures {
		same := sampled(30, 3, 7)
		same.Temperature = temperature
		if want := answer(t, g, prompt, same)[sample]; !slices.Equal(texts[sample], want) {
			t.Errorf("at %g the text is %v, want %v", temperature, texts[sample], want)
		}
	}
}

func TestAdapter(t *testing.T) {
	m := tiny(t)
	layout, prompt := m.layout(t), tinymodel.RandomTokens(20, 1)
	plain := answer(t, m.generator(t, nil, nil), prompt, greedy(20, 1))
	if zero := answer(t, m.generator(t, layout, layout.Init(1)), prompt, greedy(20, 1)); !reflect.DeepEqual(zero, plain) {
		t.Errorf("an adapter with B = 0 gives %v, none gives %v", zero, plain)
	}
	if trained := answer(t, m.generator(t, layout, randomAdapter(layout)), prompt, greedy(20, 1)); reflect.DeepEqual(trained, plain) {
		t.Error("an adapter changes nothing")
	}
}

// TestEndOfText compares with the same draws without an end: each sample must stop before its first such token, and the
// others must not notice.
func TestEndOfText(t *testing.T) {
	g := tiny(t).generator(t, nil, nil)
	prompt, options := tinymodel.RandomTokens(20, 1), sampled(30, 3, 7)
	full := answer(t, g, prompt, options)
	eos := []int32{full[1][4], full[2][9]}
	told := make([][]int32, 3)
	got, err := g.Generate(context.Background(), prompt, eos, options, func(sample int, id int32) bool {
		told[sample] = append(told[sample], id)
		return false
	})
	if err != nil {
		t.Fatal(err)
	}
	for b, text := range full {
		end := slices.IndexFunc(text, func(id int32) bool { return slices.Contains(eos, id) })
		if end < 0 {
			end = len(text)
		}
		if !slices.Equal(got[b], text[:end]) {
			t.Errorf("sample %d is %v, want %v", b, got[b], text[:end])
		}
		if !slices.Equal(told[b], text[:end]) {
			t.Errorf("sample %d was told as %v, want %v", b, told[b], text[:end])
		}
	}
	if len(got[1]) > 4 || len(got[2]) > 9 {
		t.Errorf("samples of %d and %d tokens did not stop", len(got[1]), len(got[2]))
	}
}

func TestCancel(t *testing.T) {
	g := tiny(t).generator(t, nil, nil)
	ctx, cancel := context.WithCancel(context.Background())
	told := 0
	_, err := g.Generate(ctx, tinymodel.RandomTokens(5, 1), nil, greedy(200, 1), func(int, int32) bool {
		if told++; told == 3 {
			cancel()
		}
		return false
	})
	if !errors.Is(err, context.Canceled) || told != 3 {
		t.Errorf("cancelled at token 3: error %v after %d tokens", err, told)
	}
	if _, err := g.Generate(ctx, tinymodel.RandomTokens(5, 1), nil, greedy(200, 1), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("with a cancelled context: error %v", err)
	}
}

func TestWholeContext(t *testing.T) {
	config := tinymodel.Config()
	config.MaxPositions = 80
	g := load(t, tinymodel.Write(t, config, 1)).generator(t, nil, nil)
	if got := answer(t, g, tinymodel.RandomTokens(70, 1), greedy(10, 1)); len(got[0]) != 10 {
		t.Errorf("%d tokens fill the context, want 10", len(got[0]))
	}
	_, err := g.Generate(context.Background(), tinymodel.RandomTokens(70, 1), nil, greedy(11, 1), nil)
	if err == nil || !strings.Contains(err.Error(), "80 positions") {
		t.Errorf("beyond the context: %v; want an error that names the 80 positions", err)
	}
}

func TestRefusals(t *testing.T) {
	m := tiny(t)
	g := m.generator(t, nil, nil)
	for _, test := range []struct {
		name   string
		prompt []int32
		change func(*Options)
		want   string
	}{
		{"empty prompt", nil, nil, "prompt is empty"},
		{"token too large", []int32{1, 256}, nil, "token 1 of the prompt is 256; the model knows 0 to 255"},
		{"token negative", []int32{-1}, nil, "token 0 of the prompt is -1"},
		{"no new tokens", []int32{1}, func(o *Options) { o.MaxNewTokens = 0 }, "number of new tokens is 0"},
		{"negative temperature", []int32{1}, func(o *Options) { o.Temperature = -1 }, "temperature is -1"},
		{"top-p of 0", []int32{1}, func(o *Options) { o.TopP = 0 }, "top-p is 0"},
		{"top-p above 1", []int32{1}, func(o *Options) { o.TopP = 1.5 }, "top-p is 1.5"},
		{"no samples", []int32{1}, func(o *Options) { o.Samples = 0 }, "number of samples is 0"},
	} {
		options := greedy(3, 1)
		if test.change != nil {
			test.change(&options)
		}
		_, err := g.Generate(context.Background(), test.prompt, nil, options, nil)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", test.name, err, test.want)
		}
	}
	if _, err := New(m.backend, m.weights, m.layout(t), make([]float32, 3)); err == nil || !strings.Contains(err.Error(), "3 values") {
		t.Errorf("an adapter of the wrong size: %v", err)
	}
	if _, err := New(m.backend, m.weights, nil, make([]float32, 3)); err == nil || !strings.Contains(err.Error(), "layout") {
		t.Errorf("an adapter without a layout: %v", err)
	}
}
