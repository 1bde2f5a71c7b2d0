package architecture

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite imports.txt from the source")

const table = "dev/architecture/imports.txt"

const header = `# What each package imports, without tests: packages of this module, and heavy ones in capitals. After "links" come
# the heavy packages that it links, directly or not. Whatever is not listed is forbidden.
# go test ./dev/architecture -update rewrites this file.

`

// TestImports compares the imports of each package with its line in imports.txt.
func TestImports(t *testing.T) {
	var rows []string
	for _, p := range load(t) {
		rows = append(rows, row(p))
	}
	if *update {
		if err := os.WriteFile(table, []byte(header+strings.Join(rows, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	content, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[string]string{}
	for line := range strings.Lines(string(content)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			path, _, _ := strings.Cut(line, ":")
			allowed[path] = line
		}
	}
	for _, got := range rows {
		path, _, _ := strings.Cut(got, ":")
		if want := allowed[path]; !within(got, want) {
			t.Errorf("%s imports or links more than imports.txt allows:\n   now %s\nlisted %s", path, got, want)
		}
		delete(allowed, path)
	}
	for path := range allowed {
		t.Errorf("imports.txt lists %s, which does not exist", path)
	}
}

// row is the line of a package in imports.txt.
func row(p Package) string {
	line := p.Path + ": " + strings.Join(p.Imports, " ")
	if len(p.Links) > 0 {
		line += " links " + strings.Join(p.Links, " ")
	}
	return strings.TrimSpace(strings.ReplaceAll(line, "  ", " "))
}

// within reports whether the imports and links of one line are all in another.
func within(got, allowed string) bool {
	gotImports, gotLinks, _ := strings.Cut(got, " links ")
	imports, links, _ := strings.Cut(allowed, " links ")
	return subset(strings.Fields(gotImports), strings.Fields(imports)) && subset(strings.Fields(gotLinks), strings.Fields(links))
}

func subset(some, all []string) bool {
	in := map[string]bool{}
	for _, s := range all {
		in[s] = true
	}
	for _, s := range some {
		if !in[s] {
			return false
		}
	}
	return true
}

// load reads the whole module, and changes to its root.
func load(t *testing.T) []Package {
	t.Helper()
	t.Chdir("../..")
	// go test takes a cached result unless a folder that the test itself has read has changed.
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && len(path) > 1 && entry.Name()[0] == '.' {
			return filepath.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	packages, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

// TestWithin checks how lines of imports.txt are compared.
func TestWithin(t *testing.T) {
	for _, c := range []struct {
		got, allowed string
		want         bool
	}{
		{"a: b links XLA", "a: b c links XLA PLOT", true},
		{"a:", "a:", true},
		{"a: b", "a: c", false},
		{"a: b links XLA", "a: b", false},
		{"a: b XLA", "a: b links XLA", false},
		{"a: b", "", false},
	} {
		if got := within(c.got, c.allowed); got != c.want {
			t.Errorf("%q within %q is %t", c.got, c.allowed, got)
		}
	}
}
