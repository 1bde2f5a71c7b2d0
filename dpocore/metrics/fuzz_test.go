package metrics

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzRows checks that no log file crashes the reader, and that rows read from one survive writing and reading again.
func FuzzRows(f *testing.F) {
	f.Add([]byte("{\"step\": 1, \"loss\": 0.5}\n{\"step\": 2, \"loss\": \"NaN\"}\n{\"st"))
	f.Add([]byte("{\"step\": 1, \"loss/helpfulness\": 1}\n\n"))
	path := filepath.Join(f.TempDir(), StepsFile)
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		rows, err := readRows[Event](path)
		if err != nil {
			return
		}
		var rewritten []byte
		for _, r := range rows {
			rewritten = append(append(rewritten, encodeRow(&r)...), '\n')
		}
		if err := os.WriteFile(path, rewritten, 0o600); err != nil {
			t.Fatal(err)
		}
		if reread, err := readRows[Event](path); err != nil || len(reread) != len(rows) {
			t.Errorf("%d rows became %d (%v): %q", len(rows), len(reread), err, rewritten)
		}
	})
}
