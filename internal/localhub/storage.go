package localhub

import (
	"crypto/md5"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// multipart is an object that arrives in parts.
type multipart struct {
	oid   string
	parts map[int][]byte
}

// Received tells how often the parts and objects arrived that did most often.
func (h *Hub) Received() (most int) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for _, count := range h.received {
		most = max(most, count)
	}
	return most
}

// batch tells where to send objects that the hub does not have.
func (h *Hub) batch(w http.ResponseWriter, r *http.Request, id string) {
	var body struct {
		Operation string
		Transfers []string
		HashAlgo  string `json:"hash_algo"`
		Objects   []struct {
			OID  string
			Size int64
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Operation != "upload" || body.HashAlgo != "sha256" {
		refuse(w, http.StatusBadRequest, "", "not a request to upload objects")
		return
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if _, ok := h.open(w, r, id, true); !ok {
		return
	}
	var objects []map[string]any
	for _, object := range body.Objects {
		entry := map[string]any{"oid": object.OID, "size": object.Size}
		if _, exists := h.objects[object.OID]; !exists {
			entry["actions"] = h.actions(r, object.OID, object.Size)
		}
		objects = append(objects, entry)
	}
	w.Header().Set("Content-Type", "application/vnd.git-lfs+json")
	_ = json.NewEncoder(w).Encode(map[string]any{"transfer": "multipart", "objects": objects})
}

func (h *Hub) actions(r *http.Request, oid string, size int64) map[string]any {
	storage := "http://" + strings.Replace(r.Host, "127.0.0.1", "localhost", 1) + "/storage/"
	verify := map[string]any{"href": "http://" + r.Host + "/storage/verify"}
	if size <= h.PartSize {
		return map[string]any{"upload": map[string]any{"href": storage + "object/" + oid}, "verify": verify}
	}
	number := strconv.Itoa(len(h.uploads))
	h.uploads[number] = &multipart{oid, map[int][]byte{}}
	header := map[string]string{"chunk_size": strconv.FormatInt(h.PartSize, 10)}
	for at, part := int64(0), 1; at < size; at, part = at+h.PartSize, part+1 {
		header[strconv.Itoa(part)] = fmt.Sprintf("%spart/%s/%d", storage, number, part)
	}
	upload := map[string]any{"href": "http://" + r.Host + "/storage/complete/" + number, "header": header}
	return map[string]any{"upload": upload, "verify": verify}
}

// store receives contents. It refuses the hub's token, as storages do that check signatures.
func (h *Hub) store(w http.ResponseWriter, r *http.Request, path []string) {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return // the connection was cut
	}
	if r.Method == http.MethodPut && r.Header.Get("Authorization") != "" {
		refuse(w, http.StatusBadRequest, "", "only one way to authorize is allowed")
		return
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	switch {
	case path[0] == "object" && len(path) == 2 && r.Method == http.MethodPut:
		h.storeObject(w, path[1], content)
	case path[0] == "part" && len(path) == 3 && r.Method == http.MethodPut:
		h.storePart(w, path[1], path[2], content)
	case path[0] == "complete" && len(path) == 2:
		h.complete(w, path[1], content)
	case path[0] == "verify":
		h.verify(w, content)
	default:
		refuse(w, http.StatusNotFound, "", "no such address")
	}
}

func (h *Hub) storeObject(w http.ResponseWriter, oid string, content []byte) {
	if sha(content) != oid {
		refuse(w, http.StatusBadRequest, "", "the content is not that of the object")
		return
	}
	h.received[oid]++
	h.objects[oid] = content
	w.Header().Set("ETag", etag(content))
}

func (h *Hub) storePart(w http.ResponseWriter, number, part string, content []byte) {
	upload, exists := h.uploads[number]
	at, err := strconv.Atoi(part)
	if !exists || err != nil {
		refuse(w, http.StatusNotFound, "", "no such upload")
		return
	}
	h.received[number+" "+part]++
	upload.parts[at] = content
	w.Header().Set("ETag", etag(content))
}

func (h *Hub) complete(w http.ResponseWriter, number string, body []byte) {
	var list struct {
		OID   string
		Parts []struct {
			PartNumber int
			ETag       string
		}
	}
	upload, exists := h.uploads[number]
	if err := json.Unmarshal(body, &list); err != nil || !exists || list.OID != upload.oid {
		refuse(w, http.StatusNotFound, "", "no such upload")
		return
	}
	var content []byte
	for i, part := range list.Parts {
		if part.PartNumber != i+1 || part.ETag != etag(upload.parts[i+1]) {
			refuse(w, http.StatusBadRequest, "", "one or more of the parts could not be found")
			return
		}
		content = append(content, upload.parts[i+1]...)
	}
	if sha(content) != upload.oid {
		delete(h.uploads, number)
		refuse(w, http.StatusUnprocessableEntity, "", "the content is not that of the object")
		return
	}
	h.objects[upload.oid] = content
	answer(w, map[string]bool{"success": true})
}

func (h *Hub) verify(w http.ResponseWriter, body []byte) {
	var object struct {
		OID  string
		Size int64
	}
	content, exists := []byte(nil), false
	if err := json.Unmarshal(body, &object); err == nil {
		content, exists = h.objects[object.OID]
	}
	if !exists || int64(len(content)) != object.Size {
		refuse(w, http.StatusNotFound, "", "no such object")
		return
	}
	answer(w, map[string]bool{"success": true})
}

func etag(content []byte) string { return fmt.Sprintf(`"%x"`, md5.Sum(content)) }
