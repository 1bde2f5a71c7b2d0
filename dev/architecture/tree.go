// Package architecture tests the boundaries between the packages of this module:
//
//	go test ./dev/architecture
//	go test ./dev/architecture -update
//
// imports.txt lists what each package imports; -update rewrites it from the source. rules_test.go has the other rules and
// the violations that are known.
package architecture

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// heavy maps the packages of other modules that take long to link, or need native libraries, to their names in imports.txt.
var heavy = map[string]string{
	"github.com/gomlx/go-xla/pjrt":      "XLA",
	"github.com/gomlx/gomlx/core/graph": "GRAPH",
	"github.com/daulet/tokenizers":      "TOKENIZERS",
	"gonum.org/v1/plot":                 "PLOT",
}

// A Package is a package of this module without its tests. Paths of this module are relative to its root ("." is the root),
// heavy packages have their short names in capitals, as in imports.txt.
type Package struct {
	Path        string
	Imports     []string // direct imports within the module, and heavy ones
	Links       []string // heavy packages that it links, directly or not
	Deps        []string // all packages of this module that it links
	Foreign     []string // all packages of other modules that it links
	TestImports []string // imports of its tests within the module
	Files       []File
}

// A File is a parsed source file.
type File struct {
	Path  string // relative to the root of the module
	Lines int
	AST   *ast.File
}

// listed is a package as `go list -json` describes it.
type listed struct {
	ImportPath, Dir                          string
	GoFiles                                  []string
	Imports, Deps, TestImports, XTestImports []string
	Module                                   struct{ Path, Dir string }
}

// Load reads all packages of the module in the working directory or above it, sorted by path.
func Load() ([]Package, error) {
	var stderr bytes.Buffer
	command := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports,Deps,TestImports,XTestImports,Module", "./...")
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("list the packages: %w: %s", err, stderr.String())
	}
	var packages []Package
	decoder := json.NewDecoder(bytes.NewReader(out))
	for {
		var l listed
		if err := decoder.Decode(&l); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("decode the list of packages: %w", err)
		}
		p, err := l.load()
		if err != nil {
			return nil, err
		}
		packages = append(packages, p)
	}
	slices.SortFunc(packages, func(a, b Package) int { return strings.Compare(a.Path, b.Path) })
	return packages, nil
}

func (l listed) load() (Package, error) {
	p := Package{
		Path:        l.relative(l.ImportPath),
		Imports:     l.known(l.Imports),
		TestImports: l.known(append(l.TestImports, l.XTestImports...)),
	}
	for _, path := range l.known(l.Deps) {
		if isHeavy(path) {
			p.Links = append(p.Links, path)
		} else {
			p.Deps = append(p.Deps, path)
		}
	}
	for _, path := range l.Deps {
		if l.isForeign(path) {
			p.Foreign = append(p.Foreign, path)
		}
	}
	for _, name := range l.GoFiles {
		content, err := os.ReadFile(filepath.Join(l.Dir, name))
		if err != nil {
			return p, err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, content, parser.SkipObjectResolution)
		if err != nil {
			return p, fmt.Errorf("parse %s: %w", filepath.Join(l.Dir, name), err)
		}
		path, err := filepath.Rel(l.Module.Dir, filepath.Join(l.Dir, name))
		if err != nil {
			return p, err
		}
		p.Files = append(p.Files, File{Path: filepath.ToSlash(path), Lines: bytes.Count(content, []byte("\n")), AST: parsed})
	}
	return p, nil
}

// known keeps the paths of this module, relative to it, and the short names of heavy packages.
func (l listed) known(paths []string) (known []string) {
	for _, path := range paths {
		if name, ok := heavy[path]; ok {
			known = append(known, name)
		} else if path == l.Module.Path || strings.HasPrefix(path, l.Module.Path+"/") {
			known = append(known, l.relative(path))
		}
	}
	slices.Sort(known)
	return slices.Compact(known)
}

// isForeign reports whether a package is neither of the standard library nor of this module.
func (l listed) isForeign(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	inModule := path == l.Module.Path || strings.HasPrefix(path, l.Module.Path+"/")
	return strings.Contains(first, ".") && !inModule
}

func (l listed) relative(path string) string {
	if path == l.Module.Path {
		return "."
	}
	return strings.TrimPrefix(path, l.Module.Path+"/")
}

func isHeavy(path string) bool { return path != "." && path == strings.ToUpper(path) }
