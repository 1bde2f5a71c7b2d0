package fault

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"example.com/gonb-dpo/dpocore/hub"
	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/internal/hubtest"
)

// TestFailedFetch makes each change to the disk fail that a fetch from the hub makes, and fetches again.
func TestFailedFetch(t *testing.T) {
	const fault = "no space for a change while a model is fetched"
	files := map[string][]byte{"config.json": []byte("{}"), "model.safetensors": bytes.Repeat([]byte("weights "), 1<<16)}
	hubtest.Serve(t, map[string]map[string][]byte{"models/owner/tiny": files})
	defer func() { disk.Before = nil }()
	fetch := func() (string, error) {
		return hub.Fetch(context.Background(), hub.Repo{Kind: hub.Model, ID: "owner/tiny"}, []string{"config.json", "model.safetensors"}, nil)
	}
	for i, last := 0, false; !last; i++ {
		t.Setenv("HF_HUB_CACHE", filepath.Join(t.TempDir(), "hub"))
		last = true
		disk.Before = at(i, func(change disk.Change) error {
			last = false
			if change.Half != nil {
				if err := change.Half(); err != nil {
					return err
				}
			}
			return syscall.ENOSPC
		})
		_, err := fetch()
		disk.Before = nil
		if !last && !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("change %d: %v", i, err)
		}
		folder, err := fetch()
		if err != nil {
			t.Fatalf("change %d, then: %v", i, err)
		}
		for name, want := range files {
			if got, err := os.ReadFile(filepath.Join(folder, name)); err != nil || !bytes.Equal(got, want) {
				t.Errorf("change %d, then: %s is not what the hub has (%v)", i, name, err)
			}
		}
		if !last {
			count(fault, "said so and stopped; the next start fetched the rest")
		}
	}
}
