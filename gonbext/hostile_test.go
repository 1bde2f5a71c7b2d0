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
)

// hostile is a text that does something wherever it stands in a page unescaped: between tags, in an attribute, in a
// script, in a style, in a comment.
const hostile = `</script></style></textarea>--><!--"'` + "`" + `><img src=x onerror=alert(1)><script>alert(1)</script>`

// hostilePages are all that a cell can show, by the type that builds it.
var hostilePages = map[string]func() template.HTML{
	"box":        page(func(b *box) template.HTML { return b.HTML() }),
	"diagnosis":  page(func(d *diagnosis) template.HTML { return d.HTML() }),
	"complaints": page(func(c *complaints) template.HTML { return c.HTML() }),
	"reported":   page(func(r *reported) template.HTML { return r.HTML() }),
	"inspector":  page(func(v *inspector) template.HTML { return v.HTML() }),
	"progress":   page(func(p *progress) template.HTML { return p.HTML(time.Time{}) }),
	"several":    func() template.HTML { return several{paragraph(hostile), box{text: hostile}}.HTML() },
	"paragraph":  func() template.HTML { return paragraph(hostile).HTML() },
	"sideBySide": page(func(s *sideBySide) template.HTML { return s.HTML() }),
	"histogram":  page(func(h *histogram) template.HTML { return h.HTML() }),
	"ranking":    page(func(r *ranking) template.HTML { return r.HTML() }),
	"rendered":   page(func(r *rendered) template.HTML { return r.HTML() }),
	"table":      page(func(t *table) template.HTML { return t.HTML() }),
	"sweepState": page(func(s *sweepState) template.HTML { return s.html("data:image/svg+xml;base64,") }),
}

// page builds a page of a value in which every text is hostile.
func page[T any](build func(*T) template.HTML) func() template.HTML {
	return func() template.HTML {
		value := new(T)
		fill(reflect.ValueOf(value).Elem(), 6)
		return build(value)
	}
}

// fill makes every text in a value hostile, in fields that are not exported too, and gives each list three elements and each map one.
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

// TestHostileTexts: no text of a model, a data set or a file gets into a page as anything but text.
func TestHostileTexts(t *testing.T) {
	for name, build := range hostilePages {
		html := string(build())
		for _, raw := range []string{"<img src=x", "<script>alert", `--><!--"`, `"'` + "`" + `>`} {
			if strings.Contains(html, raw) {
				t.Errorf("%s: the page holds %q", name, raw)
			}
		}
		if !strings.Contains(html, "alert(1)") && name != "histogram" { // which shows numbers alone
			t.Errorf("%s: the page shows none of the hostile texts: %.300s", name, html)
		}
	}
}

// TestHostilePagesAreAll: each type with a method that gives HTML is among hostilePages.
func TestHostilePagesAreAll(t *testing.T) {
	paths, err := filepath.Glob("*.go")
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
			if !ok || f.Recv == nil || !strings.EqualFold(f.Name.Name, "HTML") {
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
		if hostilePages[name] == nil {
			t.Errorf("%s builds a page that TestHostileTexts does not look at", name)
		}
	}
	if !slices.Contains(builders, "box") {
		t.Errorf("found only %q", builders)
	}
}
