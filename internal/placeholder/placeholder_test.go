package placeholder_test

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/gonb-dpo/internal/errtest"
	"example.com/gonb-dpo/internal/placeholder"
)

func TestCheckFile(t *testing.T) {
	for content, want := range map[string]string{
		"version https://git-lfs.github.com/spec/v1\noid sha256:3f\nsize 269060552\n": "is a Git LFS pointer in place of the file itself; run git lfs pull",
		"\n<!DOCTYPE html><title>404</title>":                                         "is a web page, perhaps an error page",
		"<HTML>":                                                                      "is a web page",
		"<s>{{ messages }}":                                                           "",
		`{"version": "1.0"}`:                                                          "",
		"":                                                                            "",
	} {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		err := placeholder.CheckFile(path)
		if want != "" {
			errtest.Contains(t, err, path, want)
		} else if err != nil {
			t.Errorf("%q: %v", content, err)
		}
	}
	if err := placeholder.CheckFile(filepath.Join(t.TempDir(), "absent")); err != nil {
		t.Errorf("no file: %v", err)
	}
}
