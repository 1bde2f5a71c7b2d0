package tokenview

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// inspection has two pairs at two checkpoints. Pair a: chosen −3 → −2 and rejected −4 → −6, so the gains are 1 and −2 and
// the margin is 3. Pair b: chosen −1 → −3 and rejected −2 → −2, so the margin is −2.
func inspection() View {
	answer := func(before, middle, after []float32) Answer {
		return NewAnswer([]string{" <script>alert(1)</script>", "\n", ""}[:len(before)], before, [][]float32{middle, after})
	}
	return View{Run: "run & co", Beta: 0.1, Steps: []int{10, 20}, Pairs: []Pair{
		{Where: "a, line 1", Prompt: "Why </script>?", Answers: [2]Answer{answer([]float32{-1, -2}, []float32{-1, -1.5}, []float32{-0.5, -1.5}), answer([]float32{-4}, []float32{-5}, []float32{-6})}},
		{Where: "b, line 2", Prompt: "How?", Answers: [2]Answer{answer([]float32{-1}, []float32{-2}, []float32{-3}), answer([]float32{-1, -1}, []float32{-1, -1}, []float32{-1, -1})}},
	}}
}

func TestFigures(t *testing.T) {
	v := inspection()
	for i, want := range []float64{3, -2} {
		if got := v.Pairs[i].margin(); math.Abs(got-want) > 1e-6 {
			t.Errorf("pair %d: margin %g, want %g", i, got, want)
		}
	}
	// b has the lowest margin and is most surprising (3 nats per token against 1), a has changed most.
	list := v.Highlights()
	if len(list) != 2 || list[0].Where != "b, line 2" || list[1].Where != "a, line 1" {
		t.Errorf("highlights: %+v", list)
	}
	text := v.Text()
	for _, want := range []string{"chosen    -1.00 before, -3.00 after, -2.00", "margin +3.00 nats"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// No text of a pair becomes markup.
func TestStatic(t *testing.T) {
	static, err := inspection().Static()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(static), "<script") {
		t.Errorf("the pairs' text became markup: %s", static)
	}
	for _, want := range []string{"log π_ref = -3.00", "log π = -2.00, gain &#43;1.00", "ranked incorrectly", "log-ratio &#43;0.500", "⏎", "run &amp; co", `background-color:#d3e7f3`} {
		if !strings.Contains(string(static), want) {
			t.Errorf("no %q in %s", want, static)
		}
	}
}

// What is saved is the highlights, and only for the adapter they were measured with.
func TestSaved(t *testing.T) {
	dir := t.TempDir()
	write := func(weights string) {
		if err := os.WriteFile(filepath.Join(dir, "adapter_model.safetensors"), []byte(weights), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "adapter_config.json"), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, exists, err := Read(dir); exists || err != nil {
		t.Errorf("nothing is saved, but it is read: %v", err)
	}
	write("first")
	want := inspection()
	if err := want.Save(dir); err != nil {
		t.Fatal(err)
	}
	got, exists, err := Read(dir)
	if err != nil || !exists || got.Text() != want.Text() {
		t.Errorf("saved\n%s\nread (%t, %v)\n%s", want.Text(), exists, err, got.Text())
	}
	write("second")
	if _, exists, err := Read(dir); exists || err != nil {
		t.Errorf("measured with another adapter, but read: %v", err)
	}
}

func TestColours(t *testing.T) {
	for _, test := range []struct{ got, want any }{
		{string(blueOrange(0)), "#ffffff"}, {string(blueOrange(5)), "#50a0d0"}, {string(blueOrange(-1)), "#e08040"}, {string(grey(0)), "#ffffff"}, {string(grey(-100)), "#a0a0a0"},
	} {
		if test.got != test.want {
			t.Errorf("got %v, want %v", test.got, test.want)
		}
	}
}
