package dpocore

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzReferences: no file of reference log-probabilities makes the process fail, and none is taken for sound beyond its end.
func FuzzReferences(f *testing.F) {
	dir := f.TempDir()
	f.Setenv("XDG_CACHE_HOME", dir)
	made := openReferences(nil, "model")
	made.keep(rowKey{1}, [][2]float32{{1, 2}, {3, 4}})
	made.keep(rowKey{2}, nil)
	name := made.file.Name()
	made.close()
	content, err := os.ReadFile(name)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(content)
	f.Add(content[:len(content)-3])
	f.Fuzz(func(t *testing.T, content []byte) {
		r := &references{known: map[rowKey][][2]float32{}}
		if sound := r.parse(content); sound < 0 || sound > len(content) {
			t.Errorf("%d of %d bytes are sound", sound, len(content))
		}
	})
}

// FuzzRecord: a run.json that is taken for sound is the one that was written, or of an older program that wrote no sum.
func FuzzRecord(f *testing.F) {
	dir := f.TempDir()
	if err := (Record{Config: DefaultConfig(), Backend: "XLA on the CPU"}).write(dir); err != nil {
		f.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(dir, recordFile))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(content)
	f.Add([]byte(`{"config": {}}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(filepath.Join(dir, recordFile), content, 0o600); err != nil {
			t.Fatal(err)
		}
		record, ok, err := ReadRecord(dir)
		if err != nil || !ok || record.Sum == "" {
			return
		}
		if sum, err := record.sum(); err != nil || sum != record.Sum {
			t.Errorf("%+v is taken for sound", record)
		}
	})
}
