package model_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/internal/hubtest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// serveTiny serves a tiny Qwen2 as owner/tiny.
func serveTiny(t *testing.T) (server *hubtest.Server, files map[string][]byte) {
	t.Helper()
	folder := tinymodel.WriteChatOf(t, tinymodel.Qwen2(), 1)
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	files = map[string][]byte{}
	for _, entry := range entries {
		if files[entry.Name()], err = os.ReadFile(filepath.Join(folder, entry.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return hubtest.Serve(t, map[string]map[string][]byte{"models/owner/tiny": files}), files
}

// requestedWeights reports whether a safetensors file was requested.
func requestedWeights(requests []*http.Request) bool {
	for _, request := range requests {
		if strings.HasSuffix(request.URL.Path, ".safetensors") {
			return true
		}
	}
	return false
}

func TestModelFromTheHub(t *testing.T) {
	_, files := serveTiny(t)
	total := map[string]int64{}
	m, err := model.Fetch(context.Background(), "owner/tiny", func(file string, _, size int64) { total[file] = size })
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if got := m.Describe(); m.HubID != "owner/tiny" || got != "owner/tiny (computed in float32)" {
		t.Errorf("hub ID %q, description %q", m.HubID, got)
	}
	for name, content := range files {
		if got, err := os.ReadFile(filepath.Join(m.Path, name)); err != nil || string(got) != string(content) {
			t.Errorf("%s was not downloaded unchanged (%v)", name, err)
		}
		if total[name] != int64(len(content)) {
			t.Errorf("progress reported %d bytes for %s, want %d", total[name], name, len(content))
		}
	}
	t.Setenv("HF_HUB_OFFLINE", "1")
	again, err := model.Open("owner/tiny@main")
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if again.Path != m.Path {
		t.Errorf("offline the path is %s, want %s", again.Path, m.Path)
	}
}

// The index names the files to download.
func TestShardsFromTheHub(t *testing.T) {
	_, files := serveTiny(t)
	shards := map[string]string{"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors", "c": "model-00001-of-00002.safetensors"}
	index, err := json.Marshal(map[string]any{"weight_map": shards})
	if err != nil {
		t.Fatal(err)
	}
	files["model.safetensors.index.json"] = index
	files[shards["a"]], files[shards["b"]] = files["model.safetensors"], []byte("second shard")
	delete(files, "model.safetensors")
	m, err := model.Open("owner/tiny")
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	for _, name := range shards {
		if _, err := os.Stat(filepath.Join(m.Path, name)); err != nil {
			t.Error(err)
		}
	}
	delete(files, "model.safetensors.index.json")
	if _, err := model.Open("owner/tiny"); err == nil || !strings.Contains(err.Error(), "has no safetensors weights") {
		t.Errorf("a model without weights: %v", err)
	}
	files["model.safetensors.index.json"] = []byte(`{"weight_map": {"a": "../a.safetensors"}}`)
	t.Setenv("HF_HOME", t.TempDir()) // the commit is the same, so the old cache would still be used
	if _, err := model.Open("owner/tiny"); err == nil || !strings.Contains(err.Error(), "outside the folder") {
		t.Errorf("an index with a path outside the folder: %v", err)
	}
}

// An unsupported model is rejected before gigabytes of weights are downloaded.
func TestUnsupportedModelIsRejectedBeforeDownload(t *testing.T) {
	server, files := serveTiny(t)
	config := files["config.json"]
	files["config.json"] = []byte(strings.Replace(string(config), `"qwen2"`, `"mixtral"`, 1))
	if _, err := model.Open("owner/tiny"); err == nil || !strings.Contains(err.Error(), `"mixtral"; this program knows "llama"`) {
		t.Errorf("a Mistral: %v", err)
	}
	files["config.json"] = config
	delete(files, "chat_template.jinja")
	files["tokenizer_config.json"] = []byte(`{"eos_token": "<|im_end|>"}`)
	t.Setenv("HF_HOME", t.TempDir())
	if _, err := model.Open("owner/tiny"); err == nil || !strings.Contains(err.Error(), "no chat template") {
		t.Errorf("a model without a chat template: %v", err)
	}
	if requestedWeights(server.Requests()) {
		t.Error("the weights were downloaded")
	}
}

// An existing path takes precedence over a name on the hub. An error quotes a name that is neither.
func TestPathTakesPrecedenceOverHub(t *testing.T) {
	server, files := serveTiny(t)
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("owner/tiny", 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join("owner/tiny", name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m, err := model.Open("owner/tiny")
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if m.Path != "owner/tiny" || m.HubID != "" || len(server.Requests()) != 0 {
		t.Errorf("path %s, hub ID %q, %d requests", m.Path, m.HubID, len(server.Requests()))
	}
	for _, name := range []string{"no such folder", "./owner/none", "a/b/c.gguf"} {
		if _, err := model.Open(name); err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "owner/name") {
			t.Errorf("%q: %v", name, err)
		}
	}
}
