package fault

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// times are what two runs of the same differ in, and the path of one.
var times = regexp.MustCompile(`"best_model_checkpoint": ?"[^"]*"|"(seconds|eval_runtime|train_runtime|train_samples_per_second|train_steps_per_second|eval_samples_per_second)": ?[0-9.eE+-]+`)

// outcome is all that a run has left behind, but for what tells of time and place, and for the checkpoints, of which one
// that is interrupted has others: each file's content by its name.
func outcome(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if entry.IsDir() && strings.HasPrefix(entry.Name(), "checkpoint-") {
			return filepath.SkipDir
		}
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		text := strings.ReplaceAll(times.ReplaceAllString(string(content), ""), filepath.Dir(dir), "")
		switch filepath.Base(name) {
		case "SHA256SUMS", "run.json", ".lock": // hold sums of what tells of time and place, or a process's number
			text = ""
		case "README.md": // its owner may have changed it
			text = ""
		}
		files[name] = text
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// differs returns the first file in which two outcomes differ, or "".
func differs(got, want map[string]string) string {
	for name, content := range want {
		if other, ok := got[name]; !ok || other != content {
			return name
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			return name
		}
	}
	return ""
}

// Outcomes of a run after a fault.
const (
	sameBytes = "ended with the same bytes"
	withNote  = "reported the damage and what replaces the file, and ended with the same bytes"
	onlySums  = "intact: only the checksums are missing"
	refused   = "said in a sentence what is wrong"
	wrong     = "WRONG"
)

// resume starts a run once more and returns the outcome.
func (l *laboratory) resume(t *testing.T, dir, what string) string {
	t.Helper()
	to := &listener{}
	if err := l.train(context.Background(), dir, to); err != nil {
		return sentence(t, what, err)
	}
	if name := differs(outcome(t, dir), l.want); name != "" {
		t.Errorf("%s: %s is not that of the undisturbed run; notes %q", what, name, to.notes)
		return wrong
	}
	for _, note := range to.notes {
		if strings.Contains(note, "damaged") {
			return withNote
		}
	}
	return sameBytes
}

// sentence checks that an error is readable.
func sentence(t *testing.T, what string, err error) string {
	t.Helper()
	text := err.Error()
	if strings.Contains(text, "\n\n") || strings.Contains(text, "goroutine") || strings.Contains(text, "runtime error") || len(text) > 1000 {
		t.Errorf("%s: not a sentence: %s", what, text)
		return wrong
	}
	return refused
}
