package main

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/internal/hubtest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// TestSecrets: neither the hub's token nor an endpoint's key appears in the output of commands or in any file they write.
func TestSecrets(t *testing.T) {
	const token, key = "hf_neverToBeShown123", "sk-never-to-be-shown-456"
	files := map[string][]byte{}
	folder := tinymodel.WriteChat(t, 1)
	for _, name := range []string{"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja"} {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = content
	}
	server := hubtest.Serve(t, map[string]map[string][]byte{"models/owner/tiny": files})
	sent, refuse := false, 0
	server.Answer = func(w http.ResponseWriter, r *http.Request) bool {
		sent = sent || r.Header.Get("Authorization") == "Bearer "+token
		if refuse > 0 { // a server that echoes the header
			http.Error(w, r.Header.Get("Authorization"), refuse)
		}
		return refuse > 0
	}
	work := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", filepath.Join(work, "cache"))
	t.Setenv("HF_HUB_CACHE", filepath.Join(work, "hub"))
	t.Setenv("HF_TOKEN", token)
	t.Setenv("OPENAI_API_KEY", key)
	run, data := filepath.Join(work, "run"), pairsFile(t)
	train := "train --data " + data + " --max-steps 1 --batch-size 2 --lora-r 2 --out "
	for _, c := range []struct {
		line   string
		status int // status of the answers of the hub; 0 to serve its files
	}{
		{train + run + " --model owner/tiny --json", 0},
		{"eval --adapter " + run + " --model owner/tiny --data " + data, 0},
		{"diagnose " + run, 0},
		{"doctor", 0},
		{train + filepath.Join(work, "other") + " --model owner/other", http.StatusUnauthorized},
		{train + filepath.Join(work, "other") + " --model owner/other", http.StatusForbidden},
		{train + filepath.Join(work, "other") + " --model owner/other", http.StatusTeapot},
	} {
		refuse = c.status
		out, err := dpo(t, strings.Fields(c.line)...).CombinedOutput()
		if c.status == 0 && err != nil && !strings.HasPrefix(c.line, "doctor") {
			t.Errorf("dpo %s: %v: %s", c.line, err, out)
		}
		for _, secret := range []string{token, key} {
			if strings.Contains(string(out), secret) {
				t.Errorf("dpo %s prints %s", c.line, secret)
			}
		}
	}
	if !sent {
		t.Error("the token was never sent to the hub")
	}
	err := filepath.WalkDir(work, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if text := string(content); strings.Contains(text, token) || strings.Contains(text, key) {
			t.Errorf("%s contains a secret", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
