package reference

import (
	"os"
	"testing"
)

// FuzzReferences: no file of reference log-probabilities makes the process fail, and none is accepted beyond its end.
func FuzzReferences(f *testing.F) {
	dir := f.TempDir()
	f.Setenv("XDG_CACHE_HOME", dir)
	made := Open(nil, "model", nil)
	made.put(Key{1}, [][2]float32{{1, 2}, {3, 4}})
	made.put(Key{2}, nil)
	name := made.file.Name()
	made.Close()
	content, err := os.ReadFile(name)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(content)
	f.Add(content[:len(content)-3])
	f.Fuzz(func(t *testing.T, content []byte) {
		r := Memory{}
		if intact := r.parse(content); intact < 0 || intact > len(content) {
			t.Errorf("%d of %d bytes are intact", intact, len(content))
		}
	})
}
