package preference

import "testing"

func TestBuiltin(t *testing.T) {
	train, held, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(train.Skipped) + len(held.Skipped); n > 0 {
		t.Errorf("%d built-in pairs can teach nothing: %v", n, train.Skipped)
	}
	counts, heldCounts := map[string]int{}, map[string]int{}
	prompts, lines := map[string]int{}, map[int]bool{}
	for _, set := range []*Set{train, held} {
		for _, pair := range set.Pairs {
			counts[pair.Objective]++
			if set == held {
				heldCounts[pair.Objective]++
			}
			key := string(appendPrompt(nil, pair.Prompt))
			if line, seen := prompts[key]; seen {
				t.Errorf("lines %d and %d have the same prompt %s", line, pair.Line, key)
			}
			prompts[key] = pair.Line
			if lines[pair.Line] || pair.Source != "builtin" {
				t.Errorf("line %d of %s stands for two pairs, or the source is wrong", pair.Line, pair.Source)
			}
			lines[pair.Line] = true
		}
	}
	for _, objective := range builtinObjectives {
		if counts[objective] < 80 {
			t.Errorf("%d pairs on %s, want 80 or more", counts[objective], objective)
		}
		if got, want := heldCounts[objective], counts[objective]/heldOutEvery; got != want {
			t.Errorf("%d of %d pairs on %s are held out, want %d", got, counts[objective], objective, want)
		}
	}
	if len(counts) != len(builtinObjectives) {
		t.Errorf("objectives are %v, want only %v", counts, builtinObjectives)
	}
}
