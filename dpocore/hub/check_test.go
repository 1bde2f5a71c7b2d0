package hub

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/internal/hubtest"
)

// A file that is damaged in the cache is fetched again, and refused by name where the hub can't be asked.
func TestDamagedCache(t *testing.T) {
	server := serve(t)
	repo := Repo{Kind: Model, ID: "owner/tiny"}
	fetch := func() (string, error) {
		return Fetch(context.Background(), repo, []string{weights, "config.json"}, nil)
	}
	folder, err := fetch()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{weights, "config.json"} {
		want, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		blob, err := filepath.EvalSymlinks(filepath.Join(folder, name))
		if err != nil || filepath.Base(blob) != hubtest.Hash(name, want) {
			t.Fatalf("%s is %s, %v", name, blob, err)
		}
		flipped := bytes.Clone(want)
		flipped[len(flipped)/2] ^= 4
		for _, damaged := range [][]byte{flipped, want[:len(want)-1], {}} {
			if err := os.WriteFile(blob, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			t.Setenv("HF_HUB_OFFLINE", "1")
			if _, err := fetch(); err == nil || !strings.Contains(err.Error(), name+" is damaged in the cache") {
				t.Errorf("offline, %s damaged: %v", name, err)
			}
			t.Setenv("HF_HUB_OFFLINE", "")
			if _, err := fetch(); err != nil {
				t.Errorf("%s damaged: %v", name, err)
			}
			if got, err := os.ReadFile(filepath.Join(folder, name)); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s was damaged and is not what the hub has (%v)", name, err)
			}
		}
	}
	before := len(server.Requests())
	if _, err := fetch(); err != nil || len(server.Requests()) != before+1 { // the list of files alone
		t.Errorf("whole again: %v, %d requests", err, len(server.Requests())-before)
	}
}
