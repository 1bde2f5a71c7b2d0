package run

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
)

// FuzzRecord: a run.json that is accepted is as it was written, or from an older version, which wrote no checksum.
func FuzzRecord(f *testing.F) {
	dir := f.TempDir()
	if err := (Record{Config: config.Default(), Backend: "XLA on the CPU"}).Write(dir); err != nil {
		f.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(dir, RecordFile))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(content)
	f.Add([]byte(`{"config": {}}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(filepath.Join(dir, RecordFile), content, 0o600); err != nil {
			t.Fatal(err)
		}
		record, ok, err := ReadRecord(dir)
		if err != nil || !ok || record.Sum == "" {
			return
		}
		if sum, err := record.sum(); err != nil || sum != record.Sum {
			t.Errorf("%+v is accepted", record)
		}
	})
}

// TestForeignBytes: the name of a file that is not UTF-8 does not make the record damaged.
func TestForeignBytes(t *testing.T) {
	dir := t.TempDir()
	if err := (Record{Config: config.Default(), Train: DataFacts{Source: "d\xff.jsonl"}}).Write(dir); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := ReadRecord(dir); !ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
}
