// Package localhub is a Hugging Face hub in memory, for tests of uploads: repositories with commits, the API that creates and
// changes them, the storage of large files as Git LFS uses it, and downloads. The package huggingface_hub works with it
// (interop/test_hub.py), so it speaks the hub's protocol. [New] makes one, which is an [http.Handler].
package localhub

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// Hub is a hub. Its fields are set before it serves.
type Hub struct {
	Users    map[string]string // owners by their tokens
	PartSize int64             // larger objects are sent in parts

	// Fault, if set, chooses what goes wrong with a request.
	Fault func(r *http.Request) Fault

	mutex    sync.Mutex
	repos    map[string]*repo  // by owner/name
	objects  map[string][]byte // by their SHA-256
	uploads  map[string]*multipart
	received map[string]int // how often a part or object arrived, by its address without the upload's number
	requests int
}

// Fault is what goes wrong with a request.
type Fault int

// The faults. After means that the request takes effect all the same.
const (
	None Fault = iota
	Cut
	CutAfter
	Busy
	Internal
	InternalAfter
	Corrupt // a bit of the content changes on its way to the storage
	Faults  // how many there are
)

// New returns a hub without repositories.
func New(users map[string]string) *Hub {
	return &Hub{Users: users, PartSize: 1 << 20, repos: map[string]*repo{}, objects: map[string][]byte{},
		uploads: map[string]*multipart{}, received: map[string]int{}}
}

// Requests is the number of requests so far.
func (h *Hub) Requests() int {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.requests
}

func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fault := None
	h.mutex.Lock()
	h.requests++
	h.mutex.Unlock()
	if h.Fault != nil {
		fault = h.Fault(r)
	}
	switch fault {
	case Cut:
		_, _ = io.CopyN(io.Discard, r.Body, 1000)
		panic(http.ErrAbortHandler)
	case CutAfter:
		h.route(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	case Busy:
		w.Header().Set("Retry-After", "0")
		refuse(w, http.StatusTooManyRequests, "", "too many requests")
	case Internal:
		refuse(w, http.StatusServiceUnavailable, "", "out of order")
	case InternalAfter:
		h.route(httptest.NewRecorder(), r)
		refuse(w, http.StatusInternalServerError, "", "out of order")
	case Corrupt:
		if strings.HasPrefix(r.URL.Path, "/storage/") {
			r.Body = &flipped{ReadCloser: r.Body}
		}
		h.route(w, r)
	default:
		h.route(w, r)
	}
}

// flipped is a body whose first bit differs.
type flipped struct {
	io.ReadCloser
	begun bool
}

func (f *flipped) Read(buffer []byte) (int, error) {
	n, err := f.ReadCloser.Read(buffer)
	if n > 0 && !f.begun {
		buffer[0] ^= 1
		f.begun = true
	}
	return n, err
}

// route calls the handler of an address.
func (h *Hub) route(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/")
	parts := strings.Split(path, "/")
	switch {
	case path == "api/repos/create":
		h.create(w, r)
	case path == "api/validate-yaml":
		answer(w, map[string]any{"errors": []string{}, "warnings": []string{}})
	case parts[0] == "storage" && len(parts) > 1:
		h.store(w, r, parts[1:])
	case parts[0] == "api" && len(parts) >= 4 && parts[1] == "models":
		h.api(w, r, parts[2]+"/"+parts[3], parts[4:])
	case strings.HasSuffix(path, ".git/info/lfs/objects/batch"):
		h.batch(w, r, strings.TrimSuffix(path, ".git/info/lfs/objects/batch"))
	case len(parts) >= 5 && parts[2] == "resolve":
		h.resolve(w, r, parts[0]+"/"+parts[1], parts[3], strings.Join(parts[4:], "/"))
	default:
		refuse(w, http.StatusNotFound, "", "no such address")
	}
}

// api calls the handler of an action on a repository.
func (h *Hub) api(w http.ResponseWriter, r *http.Request, id string, rest []string) {
	action, revision := "revision", "main"
	if len(rest) > 0 {
		action = rest[0]
	}
	if len(rest) > 1 {
		revision = strings.Join(rest[1:], "/")
	}
	switch action {
	case "revision":
		h.info(w, r, id, revision)
	case "tree":
		h.tree(w, r, id, revision)
	case "preupload":
		h.preupload(w, r, id)
	case "commit":
		h.commit(w, r, id)
	default:
		refuse(w, http.StatusNotFound, "", "no such action")
	}
}

// user is the owner of the request's token, "" if it has none.
func (h *Hub) user(r *http.Request) (name string, valid bool) {
	token, has := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !has {
		return "", true
	}
	name, valid = h.Users[token]
	return name, valid
}

func answer(w http.ResponseWriter, content any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(content)
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	if code != "" {
		w.Header().Set("X-Error-Code", code)
	}
	w.Header().Set("X-Error-Message", message)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": message})
}
