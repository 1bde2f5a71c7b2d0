package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// scratch is a module that calls language.Parse of golang.org/x/text, at a version whose parser can be made to panic
// (GO-2021-0113, fixed in v0.3.7). A stub of that version is in its vendor folder, so nothing is downloaded.
func scratch(t *testing.T, version string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":             "module scratch\n\ngo 1.26\n\nrequire golang.org/x/text " + version + "\n",
		"main.go":            "package main\n\nimport \"golang.org/x/text/language\"\n\nfunc main() { language.Parse(\"en\") }\n",
		"vendor/modules.txt": "# golang.org/x/text " + version + "\n## explicit; go 1.17\ngolang.org/x/text/language\n",
		"vendor/golang.org/x/text/language/parse.go": "package language\n\nfunc Parse(text string) {}\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// ids lists the findings outside the standard library, whose findings depend on the installed Go.
func ids(found []Finding) (ids []string) {
	for _, f := range found {
		if f.Module != standardLibrary {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

// TestScanFinds checks that the pinned database and scanner find a vulnerability that is called, and nothing else.
func TestScanFinds(t *testing.T) {
	database, err := Fetch(pinned.Version)
	if err != nil {
		t.Fatal(err)
	}
	if database.Entries < 4000 {
		t.Errorf("the database has %d entries", database.Entries)
	}
	for version, want := range map[string]string{"v0.3.6": "GO-2021-0113", "v0.3.8": ""} {
		found, err := Scan(database, scratch(t, version), "./...")
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(ids(found), " "); !strings.Contains(got, want) || want == "" && strings.Contains(got, "GO-2021-0113") {
			t.Errorf("%s: found %q, want %q", version, got, want)
		}
	}
	if _, err := Scan(database, t.TempDir(), "./..."); err == nil {
		t.Error("a folder without a module is scanned")
	}
}

// TestFetchRefuses covers a sum that differs from the pinned one, and a version that does not exist.
func TestFetchRefuses(t *testing.T) {
	right := pinned.Sum
	defer func() { pinned.Sum = right }()
	pinned.Sum = "h1:other"
	if _, err := Fetch(pinned.Version); err == nil || !strings.Contains(err.Error(), "do not trust it") {
		t.Errorf("another sum: %v", err)
	}
	t.Setenv("GOPROXY", "off")
	if _, err := Fetch("v0.0.0-20200101000000-000000000000"); err == nil || !strings.Contains(err.Error(), "download golang.org/x/vulndb") {
		t.Errorf("no such version: %v", err)
	}
}

func TestReport(t *testing.T) {
	before := accepted
	defer func() { accepted = before }()
	module := Finding{ID: "GO-1", Module: "a.org/b", Version: "v1.0.0", Fixed: "v1.0.1", Caller: "c.D", Summary: "Bad"}
	library := []Finding{{ID: "GO-2", Module: standardLibrary, Version: "v1.26.8", Fixed: "v1.26.10"},
		{ID: "GO-3", Module: standardLibrary, Version: "v1.26.8", Fixed: "v1.26.9"}}
	for _, c := range []struct {
		name     string
		found    []Finding
		accepted map[string]string
		prints   string
		fails    string // empty if it passes
	}{
		{"nothing", nil, nil, "no other", ""},
		{"a module", []Finding{module}, nil, "", "GO-1 in a.org/b v1.0.0, fixed in v1.0.1 (Bad), called by c.D"},
		{"accepted", []Finding{module}, map[string]string{"GO-1": "so it is"}, "accepted: so it is", ""},
		{"accepted and gone", nil, map[string]string{"GO-1": "so it is"}, "", "GO-1 in accepted.go is no longer found"},
		{"only the standard library", library, nil, "Go 1.26.8: 2 vulnerabilities in the standard library are called; fixed in go1.26.10; update Go (GO-2, GO-3)", ""},
	} {
		accepted = c.accepted
		var out bytes.Buffer
		err := report(&out, c.found)
		if c.fails == "" && err != nil || c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails)) {
			t.Errorf("%s: %v", c.name, err)
		}
		if !strings.Contains(out.String(), c.prints) {
			t.Errorf("%s: printed %q", c.name, out.String())
		}
	}
}

// TestDecode checks that a finding without a function in its trace, which is only imported, is dropped.
func TestDecode(t *testing.T) {
	found, err := decode(strings.NewReader(`{"config": {}} {"osv": {"id": "GO-1", "summary": "Bad"}}
		{"finding": {"osv": "GO-1", "fixed_version": "v1.0.1", "trace": [{"module": "a.org/b", "version": "v1.0.0"}]}}
		{"finding": {"osv": "GO-2", "trace": [{"module": "a.org/b", "version": "v1.0.0", "package": "a.org/b/c"}]}}
		{"finding": {"osv": "GO-1", "fixed_version": "v1.0.1", "trace": [{"module": "a.org/b", "version": "v1.0.0", "package": "a.org/b/c",
			"function": "F"}, {"module": "d", "package": "d/e", "function": "main"}]}}`))
	want := Finding{ID: "GO-1", Module: "a.org/b", Version: "v1.0.0", Fixed: "v1.0.1", Caller: "d/e.main", Summary: "Bad"}
	if err != nil || len(found) != 1 || found[0] != want {
		t.Errorf("%+v, %v", found, err)
	}
	if _, err := decode(strings.NewReader(`{"finding": `)); err == nil {
		t.Error("truncated messages are accepted")
	}
}

// TestEarlier checks that the output of an earlier scan is reused only until a source or module changes.
func TestEarlier(t *testing.T) {
	t.Chdir(t.TempDir())
	write := func(name, content string) string {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		now, err := state()
		if err != nil {
			t.Fatal(err)
		}
		return now
	}
	write("go.mod", "module a")
	first := write("a.go", "package a")
	if _, ok := outcome(first); ok {
		t.Error("there is an output before the first scan")
	}
	if err := keep(first, []byte("found\n")); err != nil {
		t.Fatal(err)
	}
	if printed, ok := outcome(write("a.txt", "text")); !ok || string(printed) != "found\n" {
		t.Errorf("%q %v, after a change outside the sources", printed, ok)
	}
	for name, content := range map[string]string{"a.go": "package b", "go.mod": "module b", "go.sum": "a.org/b v1.0.0 h1:x="} {
		if _, ok := outcome(write(name, content)); ok {
			t.Errorf("an earlier output is reused after a change of %s", name)
		}
	}
}
