// Command site writes the pages of the documentation site in a folder, for MkDocs: README and docs/ with their links rewritten,
// and a reference of the packages from their doc comments. `make site` runs it and builds the site.
//
//	go run ./dev/site -out FOLDER
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	out := flag.String("out", "", "folder of the pages")
	flag.Parse()
	if err := writePages(".", *out); err != nil {
		fmt.Fprintln(os.Stderr, "site:", err)
		os.Exit(1)
	}
}

// writePages writes the pages of the repository at root into a folder: README.md as index.md, docs/ beside it, reference/. The pages of
// notebooks are there, as nbconvert has written them; only their links are rewritten.
func writePages(root, out string) error {
	if out == "" {
		return fmt.Errorf("name the folder of the pages with -out")
	}
	pages := map[string]string{"README.md": filepath.Join(root, "README.md")} // files by place in the repository
	documents, err := filepath.Glob(filepath.Join(root, "docs", "*"))
	if err != nil {
		return err
	}
	for _, file := range documents {
		pages["docs/"+filepath.Base(file)] = file
	}
	notebooks, err := filepath.Glob(filepath.Join(out, "notebooks", "*.md"))
	if err != nil {
		return err
	}
	for _, file := range notebooks {
		pages["notebooks/"+strings.TrimSuffix(filepath.Base(file), ".md")+".ipynb"] = file
	}
	for place, file := range pages {
		if err := page(root, place, file, out); err != nil {
			return err
		}
	}
	return writeReference(root, filepath.Join(out, "reference"))
}

// page writes the page of a place in the repository. Links in Markdown are rewritten.
func page(root, place, file, out string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	name := onSite(place)
	if strings.HasSuffix(name, ".md") {
		text, err := rewrite(string(content), root, place, name)
		if err != nil {
			return err
		}
		content = []byte(text)
	}
	return write(filepath.Join(out, filepath.FromSlash(name)), content)
}

func write(file string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o644)
}
