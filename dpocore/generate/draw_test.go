package generate_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// The same prompt gives the same answers in the same order, one at each temperature. The order is shuffled, not that of the
// temperatures.
func TestDraw(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	o := generate.DefaultDrawOptions()
	o.MaxNewTokens = 12
	shuffled := false
	for _, prompt := range []string{"One?", "Two?", "Three?"} {
		d, err := generate.Draw(context.Background(), model, "", prompt, o)
		if err != nil {
			t.Fatal(err)
		}
		again, err := generate.Draw(context.Background(), model, "", prompt, o)
		if err != nil || !reflect.DeepEqual(again.Answers, d.Answers) {
			t.Errorf("%s: two drawings differ: %v", prompt, err)
		}
		var temperatures []float64
		texts := map[string]bool{}
		for _, answer := range d.Answers {
			temperatures = append(temperatures, answer.Temperature)
			texts[answer.Text] = true
		}
		shuffled = shuffled || !slices.IsSorted(temperatures)
		if slices.Sort(temperatures); !slices.Equal(temperatures, o.Temperatures) || len(texts) != 4 {
			t.Errorf("%s: temperatures %v, %d different texts", prompt, temperatures, len(texts))
		}
		if !strings.HasPrefix(d.Model, model.Path+" ") || d.Adapter != "" || d.Drawn.IsZero() || d.Sampling.MaxNewTokens != 12 || d.Sampling.Seed == 0 {
			t.Errorf("%s: drawn by %+v", prompt, d)
		}
	}
	if !shuffled {
		t.Error("all three drawings are in the order of their temperatures")
	}
	for want, prompt := range map[string]string{"the prompt is empty": " "} {
		if _, err := generate.Draw(context.Background(), model, "", prompt, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", prompt, err)
		}
	}
	o.Temperatures = []float64{0, 0, 0}
	if _, err := generate.Draw(context.Background(), model, "", "One?", o); err == nil || !strings.Contains(err.Error(), "always gives the same answer") {
		t.Errorf("greedy decoding: %v", err)
	}
}
