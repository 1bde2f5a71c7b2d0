package gonbext

import (
	"go/ast"
	"go/parser"
	"go/token"
	"html/template"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"example.com/gonb-dpo/gonbext/internal/live"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/views"
)

// hostile is a text that runs in a page if it is unescaped: between tags, in an attribute, a script, a style or a comment.
const hostile = `</script></style></textarea>--><!--"'` + "`" + `><img src=x onerror=alert(1)><script>alert(1)</script>`

// hostilePages is all that a cell can show, by the type that renders it.
var hostilePages = map[string]func() template.HTML{
	"Box": page(func(b *output.Box) template.HTML { return b.HTML() }),
	"Stack": func() template.HTML {
		return output.Stack{output.Paragraph(hostile), output.Box{Message: hostile}}.HTML()
	},
	"Paragraph":  func() template.HTML { return output.Paragraph(hostile).HTML() },
	"Table":      page(func(t *output.Table) template.HTML { return t.HTML() }),
	"Diagnosis":  page(func(d *views.Diagnosis) template.HTML { return d.HTML() }),
	"Complaints": page(func(c *views.Complaints) template.HTML { return c.HTML() }),
	"Report":     page(func(r *views.Report) template.HTML { return r.HTML() }),
	"Inspector":  page(func(v *views.Inspector) template.HTML { return v.HTML() }),
	"SideBySide": page(func(s *views.SideBySide) template.HTML { return s.HTML() }),
	"Lengths":    page(func(h *views.Lengths) template.HTML { return h.HTML() }),
	"Ballot":     page(func(b *views.Ballot) template.HTML { return b.HTML() }),
	"Agreement":  page(func(a *views.Agreement) template.HTML { return a.HTML() }),
	"Rendered":   page(func(r *views.Rendered) template.HTML { return r.HTML() }),
	"Progress":   page(func(p *live.Progress) template.HTML { return p.HTML(time.Time{}) }),
	"SweepState": page(func(s *live.SweepState) template.HTML { return s.HTML("data:image/svg+xml;base64,") }),
}

// page renders a value in which every string is hostile.
func page[T any](build func(*T) template.HTML) func() template.HTML {
	return func() template.HTML {
		value := new(T)
		fill(reflect.ValueOf(value).Elem(), 6)
		return build(value)
	}
}

// fill makes every string in a value hostile, unexported fields included. Slices get three elements, maps one.
func fill(v reflect.Value, deep int) {
	if deep == 0 {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(hostile)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			field := v.Field(i)
			fill(reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem(), deep-1)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 3, 3))
		for i := range v.Len() {
			fill(v.Index(i), deep)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), deep)
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, deep-1)
		fill(value, deep-1)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Pointer:
		if v.Type().Elem().Kind() == reflect.String {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), deep)
		}
	}
}

// No text of a model, a data set or a file becomes markup in a page.
func TestHostileTexts(t *testing.T) {
	for name, build := range hostilePages {
		html := string(build())
		for _, raw := range []string{"<img src=x", "<script>alert", `--><!--"`, `"'` + "`" + `>`} {
			if strings.Contains(html, raw) {
				t.Errorf("%s: the page contains %q", name, raw)
			}
		}
		if !strings.Contains(html, "alert(1)") && name != "Lengths" { // which shows only numbers
			t.Errorf("%s: the page shows no hostile text: %.300s", name, html)
		}
	}
}

// Every type with a method that renders HTML is in hostilePages.
func TestHostilePagesAreComplete(t *testing.T) {
	paths, err := filepath.Glob("internal/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var builders []string
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil || !returnsHTML(f) {
				continue
			}
			kind := f.Recv.List[0].Type
			if star, ok := kind.(*ast.StarExpr); ok {
				kind = star.X
			}
			builders = append(builders, kind.(*ast.Ident).Name)
		}
	}
	for _, name := range builders {
		if hostilePages[name] == nil && name != "LossCurve" { // which has numbers only
			t.Errorf("%s.HTML is not covered by TestHostileTexts", name)
		}
	}
	if !slices.Contains(builders, "Box") {
		t.Errorf("found only %q", builders)
	}
}

// returnsHTML reports whether a function's only result is of type template.HTML.
func returnsHTML(f *ast.FuncDecl) bool {
	if f.Type.Results == nil || len(f.Type.Results.List) != 1 {
		return false
	}
	kind, ok := f.Type.Results.List[0].Type.(*ast.SelectorExpr)
	return ok && kind.Sel.Name == "HTML"
}
