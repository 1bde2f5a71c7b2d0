package architecture

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

const (
	maxRootNames    = 25
	maxRootLines    = 300
	maxPackageLines = 1500
	maxPackageFiles = 20
	maxFields       = 15
)

// knownViolations lists the violations of today's tree. Remove each once it is fixed; the test fails on one that is gone.
var knownViolations = []string{}

// writers may create and rename files with package os, for the reason given.
var writers = map[string]string{
	"internal/disk/disk.go":                "the only way to a durable write",
	"dev/licences/main.go":                 "writes documents into the checkout",
	"dev/site/main.go":                     "writes pages that are made again at each build",
	"internal/tinymodel/tinymodel.go":      "writes models of tests into temporary folders",
	"dpocore/device/memory.go":             "writes to /proc",
	"dpocore/device/compilecache/cache.go": "a cache, whose torn files are found by their sums",
}

// TestRules checks every rule. A violation that is not known fails, and so does a known one that no longer exists.
func TestRules(t *testing.T) {
	packages := load(t)
	found := map[string]string{}
	for _, rule := range []func([]Package, func(what, detail string)){
		forbiddenImports, standardLibrary, durableWrites, rootSize, packageSize, structSize,
	} {
		rule(packages, func(what, detail string) { found[what] = detail })
	}
	for what, detail := range found {
		if !slices.Contains(knownViolations, what) {
			t.Errorf("%s%s", what, detail)
		}
	}
	for _, what := range knownViolations {
		if _, ok := found[what]; !ok {
			t.Errorf("remove from knownViolations, it no longer exists: %s", what)
		}
	}
}

// forbiddenImports: training knows nothing of sweeps and rounds; command and cells know nothing of compiled graphs and
// decoders; and nothing knows the cells.
func forbiddenImports(packages []Package, report func(what, detail string)) {
	for _, p := range packages {
		if p.Path == "dpocore/train" {
			for _, path := range []string{"dpocore/sweep", "dpocore/rounds"} {
				if slices.Contains(p.Deps, path) {
					report(p.Path+" links "+path, "")
				}
			}
		}
		if p.Path == "gonbext" || strings.HasPrefix(p.Path, "cmd/") {
			for _, path := range []string{"dpocore/policy", "dpocore/decoder"} {
				if slices.Contains(p.Imports, path) {
					report(p.Path+" imports "+path, "")
				}
			}
		}
		if slices.Contains(append(p.TestImports, p.Imports...), "gonbext") && p.Path != "gonbext" && p.Path != "notebooks/solutions" {
			report(p.Path+" imports gonbext", "")
		}
	}
}

// light are packages that link nothing but the standard library and packages of this module, so that a cell that reads a
// run's figures compiles in a moment.
var light = []string{"dpocore/metrics", "dpocore/evaluation", "dpocore/evaluation/statistics", "dpocore/diagnose"}

// standardLibrary: light packages link no other module.
func standardLibrary(packages []Package, report func(what, detail string)) {
	for _, path := range light {
		i := slices.IndexFunc(packages, func(p Package) bool { return p.Path == path })
		if i < 0 {
			report("there is no package "+path, "")
		} else if foreign := packages[i].Foreign; len(foreign) > 0 {
			report(path+" links packages of other modules", ": "+strings.Join(foreign, " "))
		}
	}
}

// durableWrites: files that must survive a crash are created and renamed through internal/disk.
func durableWrites(packages []Package, report func(what, detail string)) {
	for _, p := range packages {
		for _, file := range p.Files {
			if _, ok := writers[file.Path]; ok {
				continue
			}
			ast.Inspect(file.AST, func(node ast.Node) bool {
				if call, ok := node.(*ast.CallExpr); ok {
					if name := createsFile(call); name != "" {
						report(file.Path+" calls "+name, ", not through internal/disk or internal/atomicfile")
					}
				}
				return true
			})
		}
	}
}

// createsFile returns the name of the function of package os that a call creates or renames a file with, or "".
func createsFile(call *ast.CallExpr) string {
	name := selector(call.Fun)
	switch name {
	case "os.Create", "os.WriteFile", "os.Rename":
		return name
	case "os.OpenFile":
		creates := false
		ast.Inspect(call, func(node ast.Node) bool {
			if flag, ok := node.(ast.Expr); ok && selector(flag) == "os.O_CREATE" {
				creates = true
			}
			return true
		})
		if creates {
			return name
		}
	}
	return ""
}

// selector returns an expression like os.Create as text, or "".
func selector(expression ast.Expr) string {
	if s, ok := expression.(*ast.SelectorExpr); ok {
		if x, ok := s.X.(*ast.Ident); ok {
			return x.Name + "." + s.Sel.Name
		}
	}
	return ""
}

func rootSize(packages []Package, report func(what, detail string)) {
	i := slices.IndexFunc(packages, func(p Package) bool { return p.Path == "dpocore" })
	if i < 0 {
		report("there is no package dpocore", "")
		return
	}
	if names := exported(packages[i]); len(names) > maxRootNames {
		report("dpocore exports too many names", fmt.Sprintf(": %d, at most %d: %v", len(names), maxRootNames, names))
	}
	if lines := lines(packages[i]); lines > maxRootLines {
		report("dpocore is too long", fmt.Sprintf(": %d lines, at most %d", lines, maxRootLines))
	}
}

func packageSize(packages []Package, report func(what, detail string)) {
	for _, p := range packages {
		if lines := lines(p); lines > maxPackageLines {
			report(p.Path+" has too many lines", fmt.Sprintf(": %d, at most %d", lines, maxPackageLines))
		}
		if len(p.Files) > maxPackageFiles {
			report(p.Path+" has too many files", fmt.Sprintf(": %d, at most %d", len(p.Files), maxPackageFiles))
		}
	}
}

func structSize(packages []Package, report func(what, detail string)) {
	for _, p := range packages {
		for _, file := range p.Files {
			ast.Inspect(file.AST, func(node ast.Node) bool {
				spec, ok := node.(*ast.TypeSpec)
				if !ok {
					return true
				}
				if s, ok := spec.Type.(*ast.StructType); ok && s.Fields.NumFields() > maxFields && wide[p.Path+"."+spec.Name.Name] == "" {
					report(fmt.Sprintf("%s.%s has too many fields", p.Path, spec.Name.Name), fmt.Sprintf(": %d, at most %d", s.Fields.NumFields(), maxFields))
				}
				return true
			})
		}
	}
}

// wide structs may have more fields, for the reason given.
var wide = map[string]string{
	"dpocore/config.Config":      "all settings of a run, a field for each",
	"dpocore/adapter.peftConfig": "mirrors PEFT's adapter_config.json",
}

// exported lists the exported names of a package: constants, variables, types, functions, and methods as Type.Method.
func exported(p Package) (names []string) {
	for _, file := range p.Files {
		for _, declaration := range file.AST.Decls {
			switch d := declaration.(type) {
			case *ast.FuncDecl:
				name := d.Name.Name
				if d.Recv != nil {
					name = receiver(d.Recv.List[0].Type) + "." + name
				}
				if d.Name.IsExported() && ast.IsExported(name) {
					names = append(names, name)
				}
			case *ast.GenDecl:
				names = append(names, exportedSpecs(d)...)
			}
		}
	}
	slices.Sort(names)
	return names
}

func exportedSpecs(d *ast.GenDecl) (names []string) {
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() {
				names = append(names, s.Name.Name)
			}
		case *ast.ValueSpec:
			for _, name := range s.Names {
				if name.IsExported() {
					names = append(names, name.Name)
				}
			}
		}
	}
	return names
}

// receiver returns the name of a method's type.
func receiver(expression ast.Expr) string {
	switch e := expression.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func lines(p Package) (lines int) {
	for _, file := range p.Files {
		lines += file.Lines
	}
	return lines
}

// TestReadsSource checks what the rules read from a source file.
func TestReadsSource(t *testing.T) {
	const source = `package p
		const A, b = 1, 2
		type T[K any] struct{ X int }
		type u struct{}
		func (t *T[K]) M() { os.Create("x") }
		func (u) M()       { os.OpenFile("x", os.O_RDWR|os.O_CREATE, 0) }
		func F()           { os.OpenFile("x", os.O_RDONLY, 0) }
		func g()           { disk.Create("x") }`
	parsed, err := parser.ParseFile(token.NewFileSet(), "p.go", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	p := Package{Path: "p", Files: []File{{Path: "p/p.go", AST: parsed}}}
	if got := strings.Join(exported(p), " "); got != "A F T T.M" {
		t.Errorf("exported names %s", got)
	}
	var found []string
	durableWrites([]Package{p}, func(what, _ string) { found = append(found, what) })
	if got := strings.Join(found, ", "); got != "p/p.go calls os.Create, p/p.go calls os.OpenFile" {
		t.Errorf("writes: %s", got)
	}
}
