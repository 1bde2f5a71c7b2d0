// Package hubtest is a local Hugging Face hub for tests.
package hubtest

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Commit is the commit of every repository.
const Commit = "0123456789abcdef0123456789abcdef01234567"

// Server is a hub for tests.
type Server struct {
	URL string

	// Repos has the contents of files by the path of the repository ("models/owner/name") and their name. Files that end in
	// .safetensors or .gz are large files, whose hash is a SHA-256.
	Repos map[string]map[string][]byte

	// Answer, if set, is called with each request first. If it returns true, the request is answered.
	Answer func(w http.ResponseWriter, r *http.Request) (done bool)

	mutex    sync.Mutex
	requests []*http.Request
}

// Serve starts a hub and points the environment of the test to it, with an empty cache and no token.
func Serve(t testing.TB, repos map[string]map[string][]byte) *Server {
	t.Helper()
	s := &Server{Repos: repos}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	Point(t, s.URL)
	return s
}

// Point points the environment of the test to a hub, with an empty cache and no token.
func Point(t testing.TB, address string) {
	t.Helper()
	for name, value := range map[string]string{
		"HF_ENDPOINT": address, "HF_HOME": filepath.Join(t.TempDir(), "hf"), "HF_HUB_CACHE": "", "HUGGINGFACE_HUB_CACHE": "",
		"HF_TOKEN": "", "HUGGING_FACE_HUB_TOKEN": "", "HF_TOKEN_PATH": "", "HF_HUB_OFFLINE": "", "TRANSFORMERS_OFFLINE": "",
		"HF_HUB_DISABLE_IMPLICIT_TOKEN": "", "HTTP_PROXY": "", "http_proxy": "",
	} {
		t.Setenv(name, value)
	}
}

// Requests returns the requests so far, including those for the list of files.
func (s *Server) Requests() []*http.Request {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return append([]*http.Request{}, s.requests...)
}

// Hash returns the name of a content in the cache.
func Hash(name string, content []byte) string {
	if large(name) {
		return fmt.Sprintf("%x", sha256.Sum256(content))
	}
	return fmt.Sprintf("%x", sha1.Sum(append([]byte(fmt.Sprintf("blob %d\x00", len(content))), content...)))
}

func large(name string) bool {
	return strings.HasSuffix(name, ".safetensors") || strings.HasSuffix(name, ".gz")
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	s.requests = append(s.requests, r)
	s.mutex.Unlock()
	if s.Answer != nil && s.Answer(w, r) {
		return
	}
	if rest, ok := strings.CutPrefix(r.URL.Path, "/api/"); ok {
		repo, revision, _ := strings.Cut(rest, "/revision/")
		s.list(w, repo, revision)
		return
	}
	page, file, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/resolve/")
	if !strings.HasPrefix(page, "datasets/") {
		page = "models/" + page
	}
	commit, name, _ := strings.Cut(file, "/")
	content, ok := s.Repos[page][name]
	if !ok || commit != Commit {
		refuse(w, "EntryNotFound")
		return
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

func (s *Server) list(w http.ResponseWriter, repo, revision string) {
	files, ok := s.Repos[repo]
	switch {
	case !ok:
		refuse(w, "RepoNotFound")
		return
	case revision != "main" && revision != Commit:
		refuse(w, "RevisionNotFound")
		return
	}
	var siblings []map[string]any
	for name, content := range files {
		entry := map[string]any{"rfilename": name, "size": len(content), "blobId": strings.Repeat("0", 40)}
		if large(name) {
			entry["lfs"] = map[string]any{"sha256": Hash(name, content), "size": len(content), "pointerSize": 130}
		} else {
			entry["blobId"] = Hash(name, content)
		}
		siblings = append(siblings, entry)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"sha": Commit, "siblings": siblings})
}

func refuse(w http.ResponseWriter, code string) {
	w.Header().Set("X-Error-Code", code)
	w.WriteHeader(http.StatusNotFound)
}
