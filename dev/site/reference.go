package main

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// writeReference writes a page for each package that others may import, and an index of them.
func writeReference(root, out string) error {
	module, err := modulePath(root)
	if err != nil {
		return err
	}
	var pages []referencePage
	packages, places := map[string]string{}, map[string][]string{} // import paths by name, "" if several have it; symbols by import path
	for _, top := range []string{"dpocore", "gonbext", "plots"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(dir string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.IsDir() {
				return err
			}
			if slices.Contains([]string{"internal", "testdata"}, entry.Name()) {
				return filepath.SkipDir
			}
			name, err := filepath.Rel(root, dir)
			if err != nil {
				return err
			}
			name = filepath.ToSlash(name)
			p, fset, err := packageIn(dir, module+"/"+name)
			if err != nil || p == nil {
				return err
			}
			file := pageOf(name)
			if _, ambiguous := packages[p.Name]; ambiguous {
				packages[p.Name] = ""
			} else {
				packages[p.Name] = p.ImportPath
			}
			places[p.ImportPath] = symbols(p)
			pages = append(pages, referencePage{name, file, p, fset})
			return nil
		})
		if err != nil {
			return err
		}
	}
	index := bytes.NewBufferString("# Packages\n\n| package | |\n|---|---|\n")
	for _, page := range pages {
		fmt.Fprintf(index, "| [%s](%s) | %s |\n", page.name, page.file, page.Synopsis(page.Doc))
		if err := write(filepath.Join(out, page.file), page.markdown(module, packages, places)); err != nil {
			return err
		}
	}
	return write(filepath.Join(out, "index.md"), index.Bytes())
}

// A referencePage is a package with its path below the module's and its file.
type referencePage struct {
	name, file string
	*doc.Package
	fset *token.FileSet
}

func pageOf(name string) string { return strings.ReplaceAll(name, "/", "-") + ".md" }

func modulePath(root string) (string, error) {
	content, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", err
	}
	path, found := strings.CutPrefix(strings.SplitN(string(content), "\n", 2)[0], "module ")
	if !found {
		return "", fmt.Errorf("go.mod does not begin with the module's path")
	}
	return strings.TrimSpace(path), nil
}

// packageIn is the documentation of the package in a folder, or nil if there is none.
func packageIn(dir, path string) (*doc.Package, *token.FileSet, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, nil, err
	}
	fset, files := token.NewFileSet(), []*ast.File{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, file)
	}
	if len(files) == 0 || files[0].Name.Name == "main" {
		return nil, nil, nil
	}
	p, err := doc.NewFromFiles(fset, files, path)
	return p, fset, err
}

// markdown is the page of a package of a module whose packages have these import paths by name, and these symbols.
func (p referencePage) markdown(module string, packages map[string]string, places map[string][]string) []byte {
	w := bytes.NewBufferString("# " + p.name + "\n\n```go\nimport \"" + p.ImportPath + "\"\n```\n\n")
	parser, printer := p.Parser(), p.Printer()
	lookUp := parser.LookupPackage
	parser.LookupPackage = func(name string) (string, bool) {
		if path, imported := lookUp(name); imported {
			return path, true
		}
		return packages[name], packages[name] != ""
	}
	printer.HeadingLevel = 3
	printer.DocLinkURL = func(to *comment.DocLink) string {
		place := cmp.Or(to.Recv, to.Name)
		if symbols := places[cmp.Or(to.ImportPath, p.ImportPath)]; slices.Contains(symbols, to.Recv+"."+to.Name) {
			place = to.Recv + "." + to.Name // a method; a field is at its type
		}
		name, ours := strings.CutPrefix(to.ImportPath, module+"/")
		switch {
		case to.ImportPath == "":
			return "#" + place
		case !ours:
			return to.DefaultURL("https://pkg.go.dev")
		case places[to.ImportPath] == nil: // internal
			return ""
		case to.Name == "":
			return pageOf(name)
		}
		return pageOf(name) + "#" + place
	}
	declaration := func(heading string, node ast.Node, text string) {
		fmt.Fprintf(w, "%s```go\n", heading)
		if err := format.Node(w, p.fset, node); err != nil {
			panic(err) // a parsed declaration can be printed
		}
		fmt.Fprintf(w, "\n```\n\n%s\n", printer.Markdown(parser.Parse(text)))
	}
	values := func(all []*doc.Value) {
		for _, value := range all {
			for _, name := range value.Names {
				fmt.Fprintf(w, "<a id=\"%s\"></a>\n", name)
			}
			declaration("\n", value.Decl, value.Doc)
		}
	}
	functions := func(all []*doc.Func) {
		for _, f := range all {
			f.Decl.Body = nil
			declaration(fmt.Sprintf("## func %s {#%s}\n\n", f.Name, anchor(f)), f.Decl, f.Doc)
		}
	}
	fmt.Fprintf(w, "%s\n", printer.Markdown(parser.Parse(p.Doc)))
	values(p.Consts)
	values(p.Vars)
	functions(p.Funcs)
	for _, t := range p.Types {
		declaration(fmt.Sprintf("## type %s {#%s}\n\n", t.Name, t.Name), t.Decl, t.Doc)
		values(t.Consts)
		values(t.Vars)
		functions(t.Funcs)
		functions(t.Methods)
	}
	return w.Bytes()
}

// symbols are the names of a package's functions and, as Type.Method, methods.
func symbols(p *doc.Package) []string {
	names := []string{}
	for _, f := range p.Funcs {
		names = append(names, f.Name)
	}
	for _, t := range p.Types {
		names = append(names, t.Name)
		for _, f := range append(t.Methods, t.Funcs...) {
			names = append(names, anchor(f))
		}
	}
	return names
}

// anchor is a function's or a method's place on its package's page.
func anchor(f *doc.Func) string {
	if f.Recv == "" {
		return f.Name
	}
	return strings.TrimLeft(f.Recv, "*") + "." + f.Name
}
