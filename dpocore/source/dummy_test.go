package source

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/hubtest"
)

// readDummy reads a file whose three lines are a pair.
func readDummy(into *preference.Set, path string, _ Options) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var parts [3]string
	for i, line := range slices.Collect(strings.Lines(string(content)))[:3] {
		parts[i] = strings.TrimSpace(line)
	}
	into.Add(preference.Pair{Prompt: preference.User(parts[0]), Chosen: parts[1], Rejected: parts[2]}, "")
	return nil
}

// TestDummySource: a reader and a row are all that a source needs to be named, downloaded and read from a folder.
func TestDummySource(t *testing.T) {
	defer func(all []named) { published = all }(published)
	published = append(slices.Clone(published), named{"dummy", set{dataset("tester/dummy", "main"), []string{"pairs.txt"}, nil, readDummy, "A test's pairs."}})
	content := []byte("Is it?\nYes.\nNo.\n")
	hubtest.Serve(t, map[string]map[string][]byte{"datasets/tester/dummy": {"pairs.txt": content}})
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "pairs.txt"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"dummy", "dummy:" + folder, "dummy:" + filepath.Join(folder, "pairs.txt")} {
		train, heldOut, err := Load(context.Background(), name, DefaultOptions(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := written(train); got != "Is it? > Yes. > No." || heldOut != nil {
			t.Errorf("%s: %s, and held-out pairs %v", name, got, heldOut)
		}
	}
	if !Is("dummy") || !slices.Contains(Names(), "dummy") || Describe("dummy") != "A test's pairs." || !slices.Contains(Nearest("dumy"), "dummy") {
		t.Errorf("the dummy is not one of %v", Names())
	}
}
