package localhub

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"path"
	"slices"
)

// largeEndings are those of files that the hub keeps as large ones, as its .gitattributes say.
var largeEndings = []string{".safetensors", ".gguf", ".bin", ".png", ".gz"}

func (h *Hub) preupload(w http.ResponseWriter, r *http.Request, id string) {
	var body struct {
		Files []struct {
			Path   string
			Size   int64
			Sample []byte
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		refuse(w, http.StatusBadRequest, "", "not a list of files")
		return
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	found, ok := h.open(w, r, id, true)
	if !ok {
		return
	}
	files := []map[string]any{}
	for _, f := range body.Files {
		mode := "regular"
		if slices.Contains(largeEndings, path.Ext(f.Path)) || f.Size > 10<<20 {
			mode = "lfs"
		}
		entry := map[string]any{"path": f.Path, "uploadMode": mode, "shouldIgnore": false}
		if old, exists := found.head().files[f.Path]; exists {
			entry["oid"] = old.blob()
			if old.large {
				entry["oid"] = sha(old.content)
			}
		}
		files = append(files, entry)
	}
	answer(w, map[string]any{"files": files})
}

// operation is a line of a commit.
type operation struct {
	Key   string
	Value struct {
		Summary, ParentCommit string // of the header
		Path, Encoding, OID   string
		Algo                  string
		Content               []byte
		Size                  int64
	}
}

func (h *Hub) commit(w http.ResponseWriter, r *http.Request, id string) {
	var lines []operation
	for decoder := json.NewDecoder(r.Body); ; {
		var line operation
		err := decoder.Decode(&line)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			refuse(w, http.StatusBadRequest, "", "not lines of JSON: "+err.Error())
			return
		}
		lines = append(lines, line)
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	found, ok := h.open(w, r, id, true)
	if !ok {
		return
	}
	if len(lines) == 0 || lines[0].Key != "header" || lines[0].Value.Summary == "" {
		refuse(w, http.StatusBadRequest, "", "a commit begins with its header")
		return
	}
	if parent := lines[0].Value.ParentCommit; parent != "" && parent != found.head().id {
		refuse(w, http.StatusPreconditionFailed, "", "A commit has happened since. Please refresh and try again.")
		return
	}
	files := maps.Clone(found.head().files)
	for _, line := range lines[1:] {
		if message := h.apply(files, line); message != "" {
			refuse(w, http.StatusBadRequest, "", message)
			return
		}
	}
	found.add(files)
	answer(w, map[string]any{"success": true, "commitOid": found.head().id, "commitUrl": "http://" + r.Host + "/" + id + "/commit/" + found.head().id})
}

// apply changes files by a line of a commit, and returns why it can't.
func (h *Hub) apply(files map[string]file, line operation) string {
	value := line.Value
	switch line.Key {
	case "file":
		if value.Encoding != "base64" || value.Path == "" {
			return "a file needs a path and a content in base64"
		}
		files[value.Path] = file{content: value.Content}
	case "lfsFile":
		content, exists := h.objects[value.OID]
		if !exists || value.Algo != "sha256" || int64(len(content)) != value.Size || value.Path == "" {
			return "Your push was rejected because an LFS pointer pointed to a file that does not exist"
		}
		files[value.Path] = file{content: content, large: true}
	case "deletedFile":
		delete(files, value.Path)
	default:
		return "unknown operation " + line.Key
	}
	return ""
}
