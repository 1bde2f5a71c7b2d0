package localhub

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// repo is a repository with its main branch.
type repo struct {
	private bool
	commits []commit // the last is that of main
}

// commit is all files at a time.
type commit struct {
	id    string
	files map[string]file
}

type file struct {
	content []byte
	large   bool
}

func (r *repo) head() commit { return r.commits[len(r.commits)-1] }

// add makes a commit of files.
func (r *repo) add(files map[string]file) {
	sum := sha1.New()
	fmt.Fprintf(sum, "%d", len(r.commits))
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(sum, "%s %s\n", name, files[name].blob())
	}
	r.commits = append(r.commits, commit{fmt.Sprintf("%x", sum.Sum(nil)), files})
}

// find returns a commit by its id or branch.
func (r *repo) find(revision string) (commit, bool) {
	if revision == "main" {
		return r.head(), true
	}
	at := slices.IndexFunc(r.commits, func(c commit) bool { return c.id == revision })
	if at < 0 {
		return commit{}, false
	}
	return r.commits[at], true
}

// Head is the content of the main branch, nil if there is no such repository.
func (h *Hub) Head(id string) map[string][]byte {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	r, ok := h.repos[id]
	if !ok {
		return nil
	}
	files := map[string][]byte{}
	for name, f := range r.head().files {
		files[name] = f.content
	}
	return files
}

// Commits is the number of commits of a repository, its first included.
func (h *Hub) Commits(id string) int {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if r, ok := h.repos[id]; ok {
		return len(r.commits)
	}
	return 0
}

// sha is the SHA-256 of a content.
func sha(content []byte) string { return fmt.Sprintf("%x", sha256.Sum256(content)) }

func (f file) pointer() []byte {
	return fmt.Appendf(nil, "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n", sha(f.content), len(f.content))
}

// blob is git's hash of the file: of the pointer, if it is a large one.
func (f file) blob() string {
	content := f.content
	if f.large {
		content = f.pointer()
	}
	return fmt.Sprintf("%x", sha1.Sum(append(fmt.Appendf(nil, "blob %d\x00", len(content)), content...)))
}

func (h *Hub) create(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Name, Organization, Type, Visibility string
		Private                              bool
	}
	user, valid := h.user(r)
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Name == "" || body.Type != "" && body.Type != "model" {
		refuse(w, http.StatusBadRequest, "", "not a repository of a model")
		return
	}
	if body.Organization == "" {
		body.Organization = user
	}
	id := body.Organization + "/" + body.Name
	h.mutex.Lock()
	defer h.mutex.Unlock()
	_, exists := h.repos[id]
	switch {
	case !valid || user == "":
		refuse(w, http.StatusUnauthorized, "", "Invalid username or password.")
	case user != body.Organization:
		refuse(w, http.StatusForbidden, "", "You don't have the rights to create a model under the namespace "+body.Organization)
	case exists:
		w.WriteHeader(http.StatusConflict)
		answer(w, map[string]string{"error": "You already created this model repo", "url": "http://" + r.Host + "/" + id})
	default:
		made := &repo{private: body.Private || body.Visibility == "private"}
		made.add(map[string]file{".gitattributes": {content: []byte("*.safetensors filter=lfs diff=lfs merge=lfs -text\n")}})
		h.repos[id] = made
		answer(w, map[string]string{"url": "http://" + r.Host + "/" + id, "name": id})
	}
}

// open returns a repository that may be read or written; otherwise it answers. The caller has the mutex.
func (h *Hub) open(w http.ResponseWriter, r *http.Request, id string, write bool) (*repo, bool) {
	user, valid := h.user(r)
	found, exists := h.repos[id]
	owner, _, _ := strings.Cut(id, "/")
	switch {
	case !valid:
		refuse(w, http.StatusUnauthorized, "", "Invalid credentials in Authorization header")
	case (!exists || found.private && user != owner) && user == "":
		refuse(w, http.StatusUnauthorized, "RepoNotFound", "Repository not found")
	case !exists || found.private && user != owner:
		refuse(w, http.StatusNotFound, "RepoNotFound", "Repository not found")
	case write && user == "":
		refuse(w, http.StatusUnauthorized, "", "Invalid username or password.")
	case write && user != owner:
		refuse(w, http.StatusForbidden, "", "Authorization error.")
	default:
		return found, true
	}
	return nil, false
}

// at returns a commit that may be read; otherwise it answers. The caller has the mutex.
func (h *Hub) at(w http.ResponseWriter, r *http.Request, id, revision string) (*repo, commit, bool) {
	found, ok := h.open(w, r, id, false)
	if !ok {
		return nil, commit{}, false
	}
	c, ok := found.find(revision)
	if !ok {
		refuse(w, http.StatusNotFound, "RevisionNotFound", "Invalid rev id: "+revision)
	}
	return found, c, ok
}

func (h *Hub) info(w http.ResponseWriter, r *http.Request, id, revision string) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	found, c, ok := h.at(w, r, id, revision)
	if !ok {
		return
	}
	var siblings []map[string]any
	for _, name := range slices.Sorted(maps.Keys(c.files)) {
		f := c.files[name]
		entry := map[string]any{"rfilename": name}
		if r.URL.Query().Has("blobs") {
			entry["size"], entry["blobId"] = len(f.content), f.blob()
			if f.large {
				entry["lfs"] = map[string]any{"sha256": sha(f.content), "size": len(f.content), "pointerSize": len(f.pointer())}
			}
		}
		siblings = append(siblings, entry)
	}
	answer(w, map[string]any{"_id": id, "id": id, "modelId": id, "sha": c.id, "private": found.private, "siblings": siblings})
}

func (h *Hub) tree(w http.ResponseWriter, r *http.Request, id, revision string) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	_, c, ok := h.at(w, r, id, revision)
	if !ok {
		return
	}
	entries := []map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(c.files)) {
		f := c.files[name]
		entry := map[string]any{"type": "file", "path": name, "size": len(f.content), "oid": f.blob()}
		if f.large {
			entry["lfs"] = map[string]any{"oid": sha(f.content), "size": len(f.content), "pointerSize": len(f.pointer())}
		}
		entries = append(entries, entry)
	}
	answer(w, entries)
}

func (h *Hub) resolve(w http.ResponseWriter, r *http.Request, id, revision, name string) {
	h.mutex.Lock()
	_, c, ok := h.at(w, r, id, revision)
	h.mutex.Unlock()
	if !ok {
		return
	}
	f, ok := c.files[name]
	if !ok {
		refuse(w, http.StatusNotFound, "EntryNotFound", "Entry not found")
		return
	}
	w.Header().Set("X-Repo-Commit", c.id)
	w.Header().Set("ETag", `"`+f.blob()+`"`)
	if f.large {
		w.Header().Set("ETag", `"`+sha(f.content)+`"`)
		w.Header().Set("X-Linked-Etag", `"`+sha(f.content)+`"`)
		w.Header().Set("X-Linked-Size", fmt.Sprint(len(f.content)))
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.content))
}
