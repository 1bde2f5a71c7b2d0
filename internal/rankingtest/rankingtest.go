// Package rankingtest makes rankings files for tests.
package rankingtest

import (
	"path/filepath"
	"testing"

	"example.com/gonb-dpo/dpocore/ranking"
)

// File creates a file with four unranked answers to each prompt: a, b, c and d, where b ends in characters that HTML escapes.
func File(t testing.TB, prompts ...string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "mine.jsonl")
	file, err := ranking.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, prompt := range prompts {
		c := ranking.Candidates{Prompt: prompt, Model: "tiny"}
		for _, text := range []string{"a", "b <&>", "c", "d"} {
			c.Answers = append(c.Answers, ranking.Answer{Text: text})
		}
		if err := file.AddCandidates(&c); err != nil {
			t.Fatal(err)
		}
	}
	return path
}
