package hub

import (
	"net/url"
	"regexp"
	"strings"
)

// Kind is a kind of repository, as the hub's addresses and the cache's folders name it.
type Kind string

// The kinds of repository.
const (
	Model   Kind = "models"
	Dataset Kind = "datasets"
)

// Repo is a repository of the hub at a revision.
type Repo struct {
	Kind     Kind   // Model where it is empty
	ID       string // owner/name
	Revision string // a branch, a tag or a commit; "main" where it is empty
}

// repoID is owner/name, perhaps with a revision: letters, digits and - _ . with none of the last three at either end.
var repoID = regexp.MustCompile(`^(\w|\w[\w.-]*\w)/(\w|\w[\w.-]*\w)(@\w[\w./-]*)?$`)

// Parse reads owner/name or owner/name@revision; ok is false for what can't be one, such as a path.
func Parse(kind Kind, name string) (repo Repo, ok bool) {
	if !repoID.MatchString(name) || strings.Contains(name, "--") || strings.Contains(name, "..") {
		return Repo{}, false
	}
	id, revision, _ := strings.Cut(name, "@")
	return Repo{Kind: kind, ID: id, Revision: revision}, true
}

// String is owner/name, with the revision where it is not the main one.
func (r Repo) String() string {
	if revision := r.revision(); revision != "main" {
		return r.ID + "@" + revision
	}
	return r.ID
}

func (r Repo) kind() Kind {
	if r.Kind == "" {
		return Model
	}
	return r.Kind
}

func (r Repo) revision() string {
	if r.Revision == "" {
		return "main"
	}
	return r.Revision
}

// noun is the kind in a sentence.
func (r Repo) noun() string { return strings.TrimSuffix(string(r.kind()), "s") }

// page is the address that people visit, below the hub's; files lie below it too.
func (r Repo) page() string {
	if r.kind() == Model {
		return "/" + r.ID
	}
	return "/" + string(r.kind()) + "/" + r.ID
}

// listing is the address of the list of files, below the hub's.
func (r Repo) listing() string {
	return "/api/" + string(r.kind()) + "/" + r.ID + "/revision/" + url.PathEscape(r.revision()) + "?blobs=true"
}

// file is the address of a file at a commit, below the hub's.
func (r Repo) file(commit, name string) string {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return r.page() + "/resolve/" + commit + "/" + strings.Join(parts, "/")
}

// folder is the repository's folder in the cache.
func (r Repo) folder() string { return string(r.kind()) + "--" + strings.ReplaceAll(r.ID, "/", "--") }
