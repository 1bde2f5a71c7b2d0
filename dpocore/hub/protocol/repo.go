package protocol

import (
	"net/url"
	"regexp"
	"strings"
)

// Kind is a kind of repository, spelled as in the hub's addresses and in the names of cache folders.
type Kind string

// The kinds of repository.
const (
	Model   Kind = "models"
	Dataset Kind = "datasets"
)

// Repo is a repository of the hub at a revision.
type Repo struct {
	Kind     Kind   // Model if empty
	ID       string // owner/name
	Revision string // branch, tag or commit; "main" if empty
}

// repoID is owner/name with an optional revision: letters, digits and - _ . with none of - and . at either end.
var repoID = regexp.MustCompile(`^(\w|\w[\w.-]*\w)/(\w|\w[\w.-]*\w)(@\w[\w./-]*)?$`)

// Parse parses owner/name or owner/name@revision; ok is false for anything else, such as a path.
func Parse(kind Kind, name string) (repo Repo, ok bool) {
	if !repoID.MatchString(name) || strings.Contains(name, "--") || strings.Contains(name, "..") {
		return Repo{}, false
	}
	id, revision, _ := strings.Cut(name, "@")
	return Repo{Kind: kind, ID: id, Revision: revision}, true
}

// String returns owner/name, with @revision unless it is "main".
func (r Repo) String() string {
	if revision := r.Ref(); revision != "main" {
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

// Ref is the revision, or "main".
func (r Repo) Ref() string {
	if r.Revision == "" {
		return "main"
	}
	return r.Revision
}

// Noun names the kind in a message: "model" or "dataset".
func (r Repo) Noun() string { return strings.TrimSuffix(string(r.kind()), "s") }

// Page is the path of the web page, and the prefix of the paths of files.
func (r Repo) Page() string {
	if r.kind() == Model {
		return "/" + r.ID
	}
	return "/" + string(r.kind()) + "/" + r.ID
}

// listing is the path of the list of files.
func (r Repo) listing() string {
	return "/api/" + string(r.kind()) + "/" + r.ID + "/revision/" + url.PathEscape(r.Ref()) + "?blobs=true"
}

// File is the path of a file at a commit.
func (r Repo) File(commit, name string) string {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return r.Page() + "/resolve/" + commit + "/" + strings.Join(parts, "/")
}

// Action is the path of an action of the API on the main branch.
func (r Repo) Action(name string) string {
	return "/api/" + string(r.kind()) + "/" + r.ID + "/" + name + "/main"
}

// Folder is the name of the repository's folder in the cache.
func (r Repo) Folder() string { return string(r.kind()) + "--" + strings.ReplaceAll(r.ID, "/", "--") }
