package jinja_test

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/gonb-dpo/internal/jinjatest"
)

// jinja2 is a Python process that renders templates.
type jinja2 struct {
	in      io.Writer
	answers *bufio.Scanner
	mutex   sync.Mutex
}

// answer is empty if Jinja2 took long, or if its text changes from run to run.
type answer struct{ Text, Error *string }

// startJinja2 starts the process and waits until it answers. It skips the test where the Python environment of `make interop` is
// missing.
func startJinja2(tb testing.TB) *jinja2 {
	root, err := filepath.Abs("../../..")
	if err != nil {
		tb.Fatal(err)
	}
	program := filepath.Join(root, ".deps/interop/bin/python")
	if _, err := os.Stat(program); err != nil {
		tb.Skip("the Python environment of `make interop` is missing")
	}
	cmd := exec.Command(program, filepath.Join(root, "interop/jinja_reference.py"))
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { in.Close(); cmd.Wait() })
	j := &jinja2{in: in, answers: bufio.NewScanner(out)}
	j.answers.Buffer(nil, 1<<26)
	j.render(tb, "")
	return j
}

func (j *jinja2) render(tb testing.TB, source string) (a answer) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	question, err := json.Marshal(source)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := j.in.Write(append(question, '\n')); err != nil {
		tb.Fatal(err)
	}
	if !j.answers.Scan() {
		tb.Fatalf("Jinja2 ended at %s: %v", source, j.answers.Err())
	}
	if err := json.Unmarshal(j.answers.Bytes(), &a); err != nil {
		tb.Fatal(err)
	}
	return a
}

// onPurpose are parts of this package's errors that Jinja2 does not have: what is refused, and limits. Unknown names and slices are of
// constant expressions, which Jinja2 computes when it parses a template.
var onPurpose = []string{"in a chat template", "bits", "MiB of memory", "steps", "can't be written", "nested more than", "recurse too deeply",
	"can't be sliced", "no test named", "no filter named", "'LoopContext' object is not iterable"}

// laterErrors are parts of Jinja2's errors of constant expressions that would not be evaluated.
const laterErrors = "unhashable type"

// FuzzAgainstJinja2 compares with Jinja2: generated templates, generated expressions and changed templates of the recorded ones.
func FuzzAgainstJinja2(f *testing.F) {
	reference := startJinja2(f)
	rows, variables := readRecorded(f)
	for i := range 3 {
		f.Add([]byte{byte(i), 3, 1, 0, 4, 9, 200, 17, 5, 80, 33})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		g := generator{data: data}
		source := g.source(rows)
		got, err := jinjatest.Render(source, variables, time.Date(2024, 7, 4, 15, 6, 7, 8000, time.UTC))
		if err != nil && slices.ContainsFunc(onPurpose, func(part string) bool { return strings.Contains(err.Error(), part) }) {
			return
		}
		switch want := reference.render(t, source); {
		case want.Text != nil && err != nil:
			t.Errorf("%s\ngot  %v\nwant %q", source, err, *want.Text)
		case want.Text != nil && got != *want.Text:
			t.Errorf("%s\ngot  %q\nwant %q", source, got, *want.Text)
		case want.Error != nil && err == nil && !strings.Contains(*want.Error, laterErrors):
			t.Errorf("%s\ngot  %q\nwant an error: %s", source, got, *want.Error)
		}
	})
}
