// Command words looks for words in code, comments, help, documents and notebooks that a native speaker would not use, or
// that are not the field's terms. table.go lists them.
//
//	go run ./dev/words [PATH...]     every line to rewrite, of all files or of those whose paths begin so
//	go run ./dev/words -all=false    counts
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// enforced makes any finding an error.
const enforced = true

// A finding is a line with a word of the table.
type finding struct {
	file string
	line int
	word string
	rule *rule
}

func main() {
	all := flag.Bool("all", enforced, "print every line, not only counts")
	flag.Parse()
	findings, err := scan(flag.Args())
	if err == nil {
		report(os.Stdout, findings, *all)
		if enforced && len(findings) > 0 {
			err = fmt.Errorf("%d lines to rewrite, or to name in the exceptions of dev/words/table.go with a reason", len(findings))
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "words:", err)
		os.Exit(1)
	}
}

// scan checks the text files of the checkout, or those whose paths begin with one of the prefixes.
func scan(prefixes []string) (findings []finding, err error) {
	out, err := exec.Command("git", "ls-files", "-coz", "--exclude-standard").Output()
	if err != nil {
		return nil, fmt.Errorf("list the files of the checkout: %w", err)
	}
	for path := range strings.SplitSeq(string(out), "\x00") {
		if !isText(path) || len(prefixes) > 0 && !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(path, p) }) {
			continue
		}
		content, err := os.ReadFile(path)
		if os.IsNotExist(err) { // removed, but still in git's index
			continue
		} else if err != nil {
			return nil, err
		}
		findings = append(findings, check(path, content)...)
	}
	return findings, nil
}

// isText reports whether people read a file's words. Recorded data is left out, and so is this package with its table.
func isText(path string) bool {
	if strings.Contains(path, "testdata/") || strings.HasPrefix(path, "dev/words/") {
		return false
	}
	switch filepath.Ext(path) {
	case ".go", ".md", ".sh", ".py", ".ipynb", ".js", ".html":
		return true
	}
	return filepath.Base(path) == "Makefile"
}

// check looks for the words of the table in a file. Of a notebook only the cells' sources count, not the saved outputs.
func check(path string, content []byte) (findings []finding) {
	inSource := !strings.HasSuffix(path, ".ipynb")
	lines := bufio.NewScanner(bytes.NewReader(content))
	lines.Buffer(nil, 64<<20) // a saved picture is one line
	for number := 1; lines.Scan(); number++ {
		line := lines.Text()
		if strings.HasSuffix(path, ".ipynb") {
			trimmed := strings.TrimSpace(line)
			if strings.HasPrefix(trimmed, `"source":`) {
				inSource = true
			} else if trimmed == "]" || trimmed == "]," {
				inSource = false
			}
		}
		if inSource {
			findings = append(findings, checkLine(path, number, line)...)
		}
	}
	return findings
}

func checkLine(path string, number int, line string) (findings []finding) {
	lower := strings.ToLower(line)
	for i := range table {
		r := &table[i]
		if !r.hinted(lower) || r.in != nil && !r.in.MatchString(path) || excepted(path, r) {
			continue
		}
		text := line
		if r.but != nil {
			text = r.but.ReplaceAllString(text, "")
		}
		if word := r.pattern.FindString(text); word != "" {
			findings = append(findings, finding{path, number, strings.TrimSpace(word), r})
		}
	}
	return findings
}

func excepted(path string, r *rule) bool {
	return slices.ContainsFunc(exceptions, func(e exception) bool { return e.file == path && e.write == r.write })
}

// report prints every finding, or how many there are for each entry of the table.
func report(out io.Writer, findings []finding, all bool) {
	counts := map[*rule]int{}
	for _, f := range findings {
		counts[f.rule]++
		if all {
			fmt.Fprintf(out, "%s:%d: %q: write %s\n", f.file, f.line, f.word, f.rule.write)
		}
	}
	if all {
		return
	}
	for i := range table {
		if n := counts[&table[i]]; n > 0 {
			fmt.Fprintf(out, "%5d lines to rewrite with: %s\n", n, table[i].write)
		}
	}
	if len(findings) > 0 {
		fmt.Fprintf(out, "%5d lines total; go run ./dev/words -all lists them\n", len(findings))
	}
}

// hinted reports whether a line in lower case contains one of the rule's hints.
func (r *rule) hinted(lower string) bool {
	for hint := range strings.SplitSeq(r.hint, "|") {
		if strings.Contains(lower, hint) {
			return true
		}
	}
	return false
}

// words compiles a pattern that ignores case and matches whole words.
func words(pattern string) *regexp.Regexp { return regexp.MustCompile(`(?i)\b(?:` + pattern + `)\b`) }

// exactly compiles a pattern as it is.
func exactly(pattern string) *regexp.Regexp { return regexp.MustCompile(pattern) }
