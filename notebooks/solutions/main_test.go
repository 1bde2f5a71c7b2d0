package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var asked = regexp.MustCompile(`gonbext\.CheckAnswer\("([0-9.]+)"`)

// TestSolutions: each exercise that a notebook asks is solved here, and the solution is right.
func TestSolutions(t *testing.T) {
	out, err := exec.Command("go", "run", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var want []string
	notebooks, err := filepath.Glob("../*.ipynb")
	if err != nil || len(notebooks) == 0 {
		t.Fatalf("no notebooks: %v", err)
	}
	for _, name := range notebooks {
		for _, exercise := range exercisesOf(t, name) {
			want = append(want, exercise)
			if !strings.HasPrefix(filepath.Base(name), "0"+exercise[:1]) {
				t.Errorf("%s asks exercise %s", name, exercise)
			}
		}
	}
	var solved []string
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		name, rest, _ := strings.Cut(strings.TrimPrefix(line, "Exercise "), ": ")
		if !strings.HasPrefix(rest, "right. ") {
			t.Errorf("not solved: %s", line)
		}
		solved = append(solved, name)
	}
	if !slices.Equal(solved, want) {
		t.Errorf("the notebooks ask %v, and these are solved: %v", want, solved)
	}
}

// exercisesOf are the exercises that the cells of a notebook ask, in order.
func exercisesOf(t *testing.T, name string) (names []string) {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var notebook struct {
		Cells []struct {
			Type   string   `json:"cell_type"`
			Source []string `json:"source"`
		}
	}
	if err := json.Unmarshal(content, &notebook); err != nil {
		t.Fatal(err)
	}
	for _, cell := range notebook.Cells {
		if cell.Type == "code" {
			for _, found := range asked.FindAllStringSubmatch(strings.Join(cell.Source, ""), -1) {
				names = append(names, found[1])
			}
		}
	}
	return names
}
