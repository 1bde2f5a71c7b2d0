package metrics

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzRows: no file of figures makes the process fail; what is read is read again the same once it is written.
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
		var again []byte
		for _, r := range rows {
			again = append(append(again, encodeRow(r)...), '\n')
		}
		if err := os.WriteFile(path, again, 0o600); err != nil {
			t.Fatal(err)
		}
		if back, err := readRows[Event](path); err != nil || len(back) != len(rows) {
			t.Errorf("%d rows became %d (%v): %q", len(rows), len(back), err, again)
		}
	})
}
