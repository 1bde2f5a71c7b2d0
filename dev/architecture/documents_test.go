package architecture

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestListedPackages: docs/architecture.md names each package of dpocore in its table, and no other, and each one of internal. The tree in
// the README has those right below dpocore.
func TestListedPackages(t *testing.T) {
	packages := load(t)
	content, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	text, _, _ := strings.Cut(string(content), "## Boundaries")
	var listed, existing []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(text, -1) {
		listed = append(listed, m[1])
	}
	for _, p := range packages {
		if name, ok := strings.CutPrefix(p.Path, "dpocore/"); ok {
			existing = append(existing, name)
		} else if name, ok := strings.CutPrefix(p.Path, "internal/"); ok && !strings.Contains(text, "`"+name+"`") {
			t.Errorf("docs/architecture.md does not name internal/%s", name)
		}
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, tree, _ := strings.Cut(string(readme), "\ndpocore/ ")
	for _, name := range existing {
		if !slices.Contains(listed, name) {
			t.Errorf("the table in docs/architecture.md has no row for dpocore/%s", name)
		}
		if !strings.Contains(name, "/") && !strings.Contains(tree, " "+name+"/") {
			t.Errorf("the tree in README.md does not name dpocore/%s", name)
		}
	}
	for _, name := range listed {
		if !slices.Contains(existing, name) {
			t.Errorf("the table in docs/architecture.md has %s, which does not exist", name)
		}
	}
}

// TestNamedTests: the tests and fuzz targets that documents name exist, and so do those that their commands run. docs/log.md is left out,
// which tells what was.
func TestNamedTests(t *testing.T) {
	t.Chdir("../..")
	declared := declaredTests(t)
	documents, err := filepath.Glob("docs/*.md")
	if err != nil || len(documents) == 0 {
		t.Fatal(documents, err)
	}
	for _, path := range append(documents, "README.md") {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(path) == "log.md" {
			continue
		}
		for _, name := range regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w+`).FindAllString(string(content), -1) {
			if !slices.ContainsFunc(slices.Collect(maps.Values(declared)), func(names []string) bool { return slices.Contains(names, name) }) {
				t.Errorf("%s names %s, which does not exist", path, name)
			}
		}
		for _, m := range regexp.MustCompile(`go test \./(\S+) (?:-timeout \S+ )?-run '?([A-Z]\w*)`).FindAllStringSubmatch(string(content), -1) {
			if !slices.ContainsFunc(declared[m[1]], func(name string) bool { return strings.Contains(name, m[2]) }) {
				t.Errorf("%s: %s runs nothing", path, m[0])
			}
		}
	}
}

// declaredTests are the names of the tests and fuzz targets of each package.
func declaredTests(t *testing.T) map[string][]string {
	out, err := exec.Command("git", "ls-files", "*_test.go").Output()
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string][]string{}
	for file := range strings.FieldsSeq(string(out)) {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`).FindAllSubmatch(source, -1) {
			declared[filepath.Dir(file)] = append(declared[filepath.Dir(file)], string(m[1]))
		}
	}
	return declared
}
