package main

import (
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/source"
)

func TestCompletionScripts(t *testing.T) {
	for shell, sign := range map[string]string{"bash": "complete -o default", "zsh": "#compdef dpo", "fish": "complete -c dpo"} {
		if script := output(t, "completion", shell); !strings.Contains(script, sign) {
			t.Errorf("completion for %s lacks %q", shell, sign)
		}
	}
}

// TestCompletions requests completions as a shell does. The last line of the output is a directive: also offer files (0),
// only folders (16), or nothing else (4).
func TestCompletions(t *testing.T) {
	for _, c := range []struct {
		typed []string
		want  []string
		then  string
	}{
		{[]string{"train", "--loss-type", ""}, loss.Types(), ":4"},
		{[]string{"train", "--data", "b"}, []string{"builtin"}, ":0"},
		{[]string{"train", "--data", "my"}, nil, ":0"},
		{[]string{"eval", "--data", ""}, append([]string{"builtin"}, source.Names()...), ":0"},
		{[]string{"merge", "--dtype", ""}, []string{"float32", "float16", "bfloat16"}, ":4"},
		{[]string{"train", "--out", ""}, nil, ":16"},
		{[]string{"eval", "--adapter", ""}, nil, ":16"},
		{[]string{"doc"}, []string{"doctor"}, ":4"},
	} {
		lines := strings.Split(strings.TrimSpace(output(t, append([]string{"__complete"}, c.typed...)...)), "\n")
		var words []string
		for _, line := range lines[:len(lines)-1] {
			word, _, _ := strings.Cut(line, "\t")
			words = append(words, word)
		}
		if !slices.Equal(words, c.want) || lines[len(lines)-1] != c.then {
			t.Errorf("dpo %v completes with %q %s, want %q %s", c.typed, words, lines[len(lines)-1], c.want, c.then)
		}
	}
}
