package weights

import (
	"path/filepath"
	"testing"
)

// FuzzIndex: no index names a file outside its folder.
func FuzzIndex(f *testing.F) {
	f.Add([]byte(`{"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "x/y.safetensors"}}`))
	f.Add([]byte(`{"weight_map": {"a": "../../etc/passwd"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		shards, err := ParseIndex(raw)
		if err != nil {
			return
		}
		for tensor, name := range shards {
			if relative, err := filepath.Rel("/folder", filepath.Join("/folder", name)); err != nil || !filepath.IsLocal(relative) {
				t.Errorf("%q is in %q", tensor, name)
			}
		}
	})
}
