package preference

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestReadPrompts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "prompts")
	for content, want := range map[string][]string{
		"One?\n\n  Two?  \n":                     {"One?", "Two?"},
		"{\"prompt\":\" One? \",\"id\":1}\nTwo?": {"One?", "Two?"},
		"[One?]\n":                               {"[One?]"},
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if prompts, err := ReadPrompts(path); err != nil || !slices.Equal(prompts, want) {
			t.Errorf("%q: %q, %v; want %q", content, prompts, err, want)
		}
	}
	for content, want := range map[string]string{
		"":                                    "contains no prompt; write one per line",
		"One?\n{\"question\":\"a\"}\n":        `line 2: the field "prompt" is missing`,
		"{\"prompt\":1}\n":                    "line 1: read the prompt",
		"One?\n" + strings.Repeat("a", 2<<20): "line 2: read the prompt",
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadPrompts(path); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, want %q", content, err, want)
		}
	}
	if _, err := ReadPrompts(path + ".missing"); err == nil {
		t.Error("a missing file gives no error")
	}
}
