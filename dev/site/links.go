package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// codeOrLink matches a block of code, fenced or indented, or a link, with its label and target.
var codeOrLink = regexp.MustCompile("(?s:```.*?```)|\n\n(?: {4}[^\n]*\n|\n)+|" + `\[([^][]*)\]\(([^()\s]+)\)`)

// rewrite changes the links of a text, written for the place of a file in the repository, to those of a page of the site. A link to a
// file that is not on the site becomes its text and path, since the repository has no public address; one to a file that does not exist
// is an error. Code, such as what a notebook's cell printed, stays as it is.
func rewrite(text, root, file, page string) (string, error) {
	var missing error
	text = codeOrLink.ReplaceAllStringFunc(text, func(found string) string {
		parts := codeOrLink.FindStringSubmatch(found)
		label, target := parts[1], parts[2]
		if target == "" || strings.Contains(target, "://") || strings.HasPrefix(target, "#") {
			return found
		}
		name, anchor, _ := strings.Cut(target, "#")
		leadsTo := path.Join(path.Dir(file), name)
		if strings.HasPrefix(name, strings.TrimSuffix(path.Base(page), ".md")+"_files/") { // a notebook's pictures
			return found
		}
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(leadsTo))); err != nil {
			missing = fmt.Errorf("%s: the link to %s leads nowhere", file, target)
			return found
		}
		place := onSite(leadsTo)
		switch {
		case place == "" && strings.Trim(label, "`") == path.Base(name):
			return "`" + leadsTo + "`"
		case place == "":
			return label + " (`" + leadsTo + "`)"
		}
		to, err := filepath.Rel(path.Dir(page), place)
		if err != nil {
			missing = err
		}
		if anchor != "" {
			to += "#" + anchor
		}
		return "[" + label + "](" + filepath.ToSlash(to) + ")"
	})
	return text, missing
}

// onSite is where a file of the repository is on the site, or "".
func onSite(file string) string {
	folder, name := path.Split(file)
	switch {
	case file == "README.md":
		return "index.md"
	case folder == "docs/":
		return name
	case folder == "notebooks/" && strings.HasSuffix(name, ".ipynb"):
		return "notebooks/" + strings.TrimSuffix(name, ".ipynb") + ".md"
	}
	return ""
}
