package hub

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/gonb-dpo/dpocore/hub/protocol"
	"example.com/gonb-dpo/internal/errtest"
	"example.com/gonb-dpo/internal/hubtest"
)

func TestMain(m *testing.M) {
	protocol.FirstDelay = time.Millisecond
	os.Exit(m.Run())
}

const weights = "model.safetensors"

// content is longer than what one read takes.
var content = func() []byte {
	random := rand.NewChaCha8([32]byte{1})
	all := make([]byte, 3<<20+17)
	_, _ = random.Read(all)
	return all
}()

var tiny = Repo{Kind: Model, ID: "owner/tiny"}

// serve starts a hub with a model and a dataset.
func serve(t *testing.T) *hubtest.Server {
	t.Helper()
	return hubtest.Serve(t, map[string]map[string][]byte{
		"models/owner/tiny":   {"config.json": []byte("{}"), weights: content, "onnx/a b.json": []byte("[]"), "empty": {}},
		"datasets/owner/data": {"harmless/test.jsonl.gz": content[:1000]},
	})
}

func mustFetch(t *testing.T, repo Repo, files ...string) (folder string) {
	t.Helper()
	folder, err := Fetch(context.Background(), repo, files, nil)
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

func holds(t *testing.T, path string, want []byte) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s holds %d bytes (%v), want the %d of the hub", path, len(got), err, len(want))
	}
}

// ranges are the Range headers of the requests for a file, "" for one that asked for all.
func ranges(server *hubtest.Server, name string) (list []string) {
	for _, request := range server.Requests() {
		if strings.HasSuffix(request.URL.Path, "/"+name) {
			list = append(list, request.Header.Get("Range"))
		}
	}
	return list
}

// TestFetch checks the cache against the layout of Hugging Face's tools.
func TestFetch(t *testing.T) {
	server := serve(t)
	last := map[string]int64{}
	progress := func(file string, done, total int64) {
		if done < last[file] || done > total {
			t.Errorf("%s: %d of %d bytes after %d", file, done, total, last[file])
		}
		last[file] = done
	}
	folder, err := Fetch(context.Background(), tiny, []string{"config.json", weights, "onnx/a b.json", "empty"}, progress)
	if err != nil {
		t.Fatal(err)
	}
	cache := filepath.Join(os.Getenv("HF_HOME"), "hub", "models--owner--tiny")
	if want := filepath.Join(cache, "snapshots", hubtest.Commit); folder != want {
		t.Errorf("the folder is %s, want %s", folder, want)
	}
	for name, want := range server.Repos["models/owner/tiny"] {
		holds(t, filepath.Join(folder, name), want)
		target := "../../blobs/" + hubtest.Hash(name, want)
		if strings.Contains(name, "/") {
			target = "../" + target
		}
		if got, err := os.Readlink(filepath.Join(folder, name)); err != nil || got != target {
			t.Errorf("%s leads to %s (%v), want %s", name, got, err, target)
		}
	}
	holds(t, filepath.Join(cache, "refs/main"), []byte(hubtest.Commit))
	if last[weights] != int64(len(content)) {
		t.Errorf("progress ended at %d of %d bytes", last[weights], len(content))
	}
	if left, _ := filepath.Glob(filepath.Join(cache, "blobs/*.incomplete")); left != nil {
		t.Errorf("parts are left: %v", left)
	}

	before := len(server.Requests())
	if again := mustFetch(t, tiny, "config.json", weights); again != folder || len(server.Requests()) != before+1 {
		t.Errorf("fetching again gave %s after %d requests, want %s after the one for the list", again, len(server.Requests())-before, folder)
	}
}

func TestDatasetAndRevision(t *testing.T) {
	serve(t)
	const name = "harmless/test.jsonl.gz"
	folder := mustFetch(t, Repo{Kind: Dataset, ID: "owner/data", Revision: hubtest.Commit}, name)
	holds(t, filepath.Join(folder, name), content[:1000])
	if !strings.Contains(folder, "datasets--owner--data") {
		t.Errorf("the folder is %s", folder)
	}
	if _, err := os.Stat(filepath.Join(folder, "../../refs")); err == nil {
		t.Error("a commit was noted as a branch")
	}
	snapshot, err := Open(context.Background(), Repo{Kind: Dataset, ID: "owner/data"})
	if err != nil {
		t.Fatal(err)
	}
	if files, err := snapshot.Files(); err != nil || !slices.Equal(files, []string{name}) {
		t.Errorf("the files are %q, %v", files, err)
	}
}

// TestOneDownload: two concurrent calls download a file once.
func TestOneDownload(t *testing.T) {
	server := serve(t)
	var wait sync.WaitGroup
	for range 2 {
		wait.Go(func() {
			if _, err := Fetch(context.Background(), tiny, []string{weights}, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if got := ranges(server, weights); len(got) != 1 {
		t.Errorf("%d requests for the weights, want 1", len(got))
	}
}

// TestWithoutTheHub: what the cache holds is used, and what it lacks is named.
func TestWithoutTheHub(t *testing.T) {
	server := serve(t)
	folder := mustFetch(t, tiny, weights)
	for _, c := range []struct {
		name, endpoint, offline, want string
	}{
		{"unreachable", "http://127.0.0.1:1", "", "can't be reached"},
		{"offline", server.URL, "1", "HF_HUB_OFFLINE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("HF_ENDPOINT", c.endpoint)
			t.Setenv("HF_HUB_OFFLINE", c.offline)
			before := len(server.Requests())
			for _, revision := range []string{"", "main", hubtest.Commit} {
				if got := mustFetch(t, Repo{ID: tiny.ID, Revision: revision}, weights); got != folder {
					t.Errorf("revision %q is in %s, want %s", revision, got, folder)
				}
			}
			snapshot, err := Open(context.Background(), tiny)
			if err != nil {
				t.Fatal(err)
			}
			if files, err := snapshot.Files(); err != nil || !slices.Equal(files, []string{weights}) {
				t.Errorf("the files are %q, %v", files, err)
			}
			_, err = Fetch(context.Background(), tiny, []string{"config.json"}, nil)
			errtest.Contains(t, err, c.want, "config.json is not in the cache", "hf download owner/tiny --local-dir FOLDER", "name the folder")
			_, err = Fetch(context.Background(), Repo{Kind: Dataset, ID: "owner/data"}, nil, nil)
			errtest.Contains(t, err, c.want, "it is not in the cache", "hf download owner/data --repo-type dataset")
			if after := len(server.Requests()); after != before {
				t.Errorf("the hub was asked %d times", after-before)
			}
		})
	}
}

// TestToken: the hub gets it, the host that it leads to does not.
func TestToken(t *testing.T) {
	server := serve(t)
	var seen string
	store := hubtest.Server{Repos: server.Repos, Answer: func(_ http.ResponseWriter, r *http.Request) bool {
		seen = r.Header.Get("Authorization")
		return false
	}}
	elsewhere := startAt(t, &store)
	server.Answer = func(w http.ResponseWriter, r *http.Request) bool {
		if got := r.Header.Get("Authorization"); got != "Bearer hf_secret" {
			t.Errorf("the hub was asked as %q", got)
		}
		if !strings.Contains(r.URL.Path, "/resolve/") {
			return false
		}
		http.Redirect(w, r, elsewhere+r.URL.Path, http.StatusFound)
		return true
	}
	t.Setenv("HF_TOKEN", "hf_secret")
	holds(t, filepath.Join(mustFetch(t, tiny, weights), weights), content)
	if len(store.Requests()) == 0 || seen != "" {
		t.Errorf("the other host was asked %d times, as %q", len(store.Requests()), seen)
	}
}
