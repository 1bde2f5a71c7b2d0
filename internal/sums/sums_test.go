package sums

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// folder holds two files and their sums.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"a": "one", "b c": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := WriteAll(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestCheck(t *testing.T) {
	const one = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed" // sha256sum of "one"
	if content, err := os.ReadFile(filepath.Join(folder(t), Name)); err != nil || !strings.HasPrefix(string(content), one+"  a\n") {
		t.Errorf("%s, %v", content, err)
	}
	for _, c := range []struct {
		name, file, content, says string // content "-" removes the file
	}{
		{"as it was", "a", "one", ""},
		{"changed", "a", "onf", "a is damaged: it does not match"},
		{"longer", "a", "one\n", "a is damaged: it does not match"},
		{"not empty", "b c", "x", "b c is damaged: it does not match"},
		{"gone", "a", "-", "a is damaged: the file is missing"},
		{"no sums", Name, "-", ""},
		{"empty sums", Name, "", "is damaged: it is empty"},
		{"cut sums", Name, one + "  a", "is damaged: a line does not have the form"},
		{"sums of less", Name, one + "  a\n", "is damaged: it does not name b c"},
		{"sums of another form", Name, "a " + one + "\n", "is damaged: a line does not have the form"},
		{"names outside the folder", Name, one + "  ../../etc/passwd\n", "points outside the folder"},
	} {
		dir := folder(t)
		path := filepath.Join(dir, c.file)
		err := os.Remove(path)
		if c.content != "-" {
			err = os.WriteFile(path, []byte(c.content), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		err = Check(dir, "a", "b c")
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says) || !errors.Is(err, ErrDamaged)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestFormIsSha256sums: the command sha256sum checks the file.
func TestFormIsSha256sums(t *testing.T) {
	program, err := exec.LookPath("sha256sum")
	if err != nil {
		t.Skip(err)
	}
	check := exec.Command(program, "--strict", "-c", Name)
	check.Dir = folder(t)
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// FuzzCheck: no content of the file leads out of its folder or makes the process fail.
func FuzzCheck(f *testing.F) {
	f.Add([]byte("7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  a\n"))
	f.Add([]byte("x"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(filepath.Join(dir, Name), content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := Check(dir); err == nil {
			t.Errorf("the folder, which is empty, passes with %q", content)
		}
	})
}
